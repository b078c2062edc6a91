"""What binds the hub: the calendar and the rulebooks."""
