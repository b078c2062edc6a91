"""Mutants of the domain: each breaks one rule, and the specs of the domain have to notice."""
