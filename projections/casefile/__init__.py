"""The casefile: every step of a case, from the report to the restriction, and what became of each statement."""
