"""What a caller wants, told from the embedding and the words of what was said, without a language model."""
