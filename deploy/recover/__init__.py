"""`make recover`: after the database was restored from an older copy, while platforms and Kafka are ahead of it."""
