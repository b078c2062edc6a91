"""Rulebooks of platforms: as published, as the hub reads them, and what a sanction is held against."""
