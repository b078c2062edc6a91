"""Calling an address that a platform chose: which ones, how, and what is said."""
