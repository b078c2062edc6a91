"""The content of evidence: kept under its hash, sealed, and opened by whoever decides on it."""
