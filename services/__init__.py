"""Who speaks and who is told: one folder a service, and the HTTP base that they share."""
