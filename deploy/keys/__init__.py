"""Members' keys: which there are, what came under one, and how one is ended at once, by HTTP and on Kafka."""
