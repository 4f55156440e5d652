"""The stores on PostgreSQL with pgvector."""
