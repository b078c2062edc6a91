"""What the hub is compared with: the same packages, put together as their own documentation shows it."""
