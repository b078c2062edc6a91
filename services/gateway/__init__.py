"""Where members state: by HTTP (main) and by Kafka (worker, ingress). Accepted means committed."""
