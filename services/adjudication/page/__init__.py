"""The page that the link of a notice opens: with or without scripts, in a browser or on paper."""
