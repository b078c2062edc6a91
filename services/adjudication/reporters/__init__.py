"""Those who report: a daily quota, a ladder for findings against them, and what falls with their reports. No respondent hears of it."""
