"""What is measured: each case says what was done, counts it, and refuses its own result when the counts differ."""
