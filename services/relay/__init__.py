"""The relay: ships the store's log to Kafka, one cursor a lane, and answers members that speak by Kafka."""
