"""`make doctor`: one page that says what is wrong with a hub and what to do about it."""
