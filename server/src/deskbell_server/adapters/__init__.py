"""The outside: stores, engines and processes, each fulfilling a port."""
