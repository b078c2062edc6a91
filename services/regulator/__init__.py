"""What regulators read: the list, how it changed, and a subject's dossier; every read leaves its purpose behind."""
