"""One question, one answer: the same for chat and voice."""
