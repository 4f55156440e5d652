"""Embeddings by the sentence-transformers library: any model of 384 dimensions, on a GPU if there is one."""

from deskbell_server.adapters.sentence_transformers.embedder import SentenceTransformersEmbedder

__all__ = ["SentenceTransformersEmbedder"]
