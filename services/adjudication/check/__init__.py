"""The log checker: reads the whole log as a stranger would, and says where due process was not kept. It knows none of the rules' code."""
