"""CloudEvents as bytes: strict JSON, structured and binary mode, batches."""
