"""One simulated platform. It knows the hub only by `events.client`."""
