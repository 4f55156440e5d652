"""Embeddings by the sentence-transformers library."""
