"""Notices: what a platform hands to a merchant before anything is decided about him."""
