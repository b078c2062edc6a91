"""Programs that are started, watched and stopped together."""
