"""What waits for people: queues, one listing, and its steps, all of them admitted by adjudication's API and nowhere else."""
