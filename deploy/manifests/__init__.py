"""Compose and Kubernetes, written from the tables that the code uses: `python -m deploy.manifests`; a test compares."""
