"""The pages that regulators read: rendered here, without a line of script."""
