"""What is kept of each webhook: the registration, its secrets, and how far the platform has been told."""
