"""How fast: the whole hub against peers written as a textbook would, interleaved on the same servers in the same run."""
