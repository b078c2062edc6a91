"""Directives as a platform receives them, and the copy that it keeps of them."""
