"""Bridges: what others publish in their own columns becomes statements, line by line, for `python -m events.client publish`."""
