"""Everything on one machine, with nothing installed beforehand: servers, rights, processes."""
