"""Decisions: from a dossier and a statement, a command or the time to the facts that follow, or a refusal."""
