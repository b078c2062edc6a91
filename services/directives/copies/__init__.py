"""Platforms' copies of the directives: their digest, what comes next for them, and which of them are in doubt."""
