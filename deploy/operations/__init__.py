"""The commands of operators: which words each takes, and who carries it out."""
