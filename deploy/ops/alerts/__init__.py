"""Which alerts are raised: from Prometheus where there is one, else from this page's own scrapes, and said so."""
