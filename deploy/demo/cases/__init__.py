"""The cases that are played, after the documents that the project grew from."""
