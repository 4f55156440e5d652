"""The Deskbell server: an AI voice receptionist over gRPC."""
