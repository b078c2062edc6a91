"""Who calls: the key, the class of member behind it, and how often it may."""
