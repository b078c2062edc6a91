"""What a platform is told next, and when what failed is tried again."""
