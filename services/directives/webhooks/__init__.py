"""Webhooks: directives brought to the platforms that registered an address, signed, lifts first, until each has its state."""
