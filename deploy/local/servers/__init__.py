"""PostgreSQL and Kafka from wheels and jars, below one folder."""
