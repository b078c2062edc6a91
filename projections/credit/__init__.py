"""The credit score: the ledger of weighings, and what it comes to at any moment."""
