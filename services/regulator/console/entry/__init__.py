"""How people come in and go: keys, accounts, sessions."""
