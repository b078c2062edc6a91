"""From a statement to its receipt: kept in an outbox, sent by HTTP or by Kafka, again and again until it is answered."""
