"""The facts: everything that was ever said or decided, in one vocabulary."""
