"""Plain types and rules of the business: no I/O, no clock, no library of the outside."""
