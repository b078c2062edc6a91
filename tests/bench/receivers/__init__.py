"""Platforms that keep copies, many of them, and how long the last one waits."""
