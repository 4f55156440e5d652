"""Hostile requests, for tests/contract/test_fuzz.py."""
