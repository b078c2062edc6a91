"""One statement's way through the hub: what the store, the logs of the processes and Kafka know of it, in the order of time."""
