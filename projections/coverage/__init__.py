"""Coverage: which platform was told which directive, and what it answered."""
