"""How facts are kept and how they travel: the store, Kafka and those who follow. It carries facts and does not read them."""
