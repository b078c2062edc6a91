"""The public contract: what members say as CloudEvents becomes facts, what the hub decides becomes CloudEvents."""
