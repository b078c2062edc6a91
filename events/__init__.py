"""What is said, and how it travels."""
