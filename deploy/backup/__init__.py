"""Copies of what cannot be made again: the log with everything beside it, the evidence, the hub's key; each tried before it counts."""
