"""What platforms are told, and what they tell of themselves: directives, notices, effects, coverage."""
