"""Bookings and leads by asking: what works without a language model, and the same with every engine."""
