"""The log as the feeds read it: once into memory from the start, then as it grows."""
