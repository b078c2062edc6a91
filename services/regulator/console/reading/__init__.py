"""What people read: the list, its changes, dossiers, figures, and copies to take away."""
