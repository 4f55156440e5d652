"""From a document to the passages an answer may use: loading, chunking, indexing, searching."""
