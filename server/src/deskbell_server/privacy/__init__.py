"""Finds personal data in what is said and written, and takes it out."""
