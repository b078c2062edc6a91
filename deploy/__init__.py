"""How Liancheng is set up and run."""
