"""What a platform may ask before it trades with somebody: tier, measures, score and grade, from memory."""
