"""One servicer a file."""
