"""The rules, pure: one subject's dossier, what may be decided about it, and what follows. Time, ids and rulebook are arguments."""
