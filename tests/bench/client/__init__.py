"""Who asks: processes of their own, so that what is measured shares no interpreter with who measures it."""
