"""What the hub tells: who is told what."""
