"""Tables of rules, and the proof that every case has exactly one answer."""
