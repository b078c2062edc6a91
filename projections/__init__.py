"""Views: what follows from the facts, as rows that can be thrown away and built again. They cause nothing."""
