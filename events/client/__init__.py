"""What a platform uses to speak with the hub: it imports nothing of the hub and may be copied out as it stands."""
