"""Erasing what was said in words of one statement or one subject: the log, its proofs and every decision stay."""
