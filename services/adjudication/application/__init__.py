"""What happens around the rules: dossiers are loaded, decided on and saved, in one transaction with what is kept beside the log."""
