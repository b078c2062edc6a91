"""Who may do what: database roles, Kafka users and topics, members and their keys."""
