"""The client as a command: JSON lines in, JSON lines out, so that any language and any shop can use it through a pipe."""
