"""`make repartition`: after an upgrade to a version with another number of partitions."""
