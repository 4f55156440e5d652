"""What the server needs from the outside, as Protocols; adapters fulfil them."""
