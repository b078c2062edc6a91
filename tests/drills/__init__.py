"""Every runbook played on servers and processes of its own: `make drills`."""
