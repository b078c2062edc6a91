"""What a service says of itself: health, metrics, problems, and its OpenAPI description."""
