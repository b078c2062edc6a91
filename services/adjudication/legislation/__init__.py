"""How rules are made: drafts, their adoption, and which version is in force."""
