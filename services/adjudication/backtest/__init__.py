"""Backtest of a rulebook: what it would have made of everything in the log."""
