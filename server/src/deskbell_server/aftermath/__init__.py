"""What is made of a conversation once it is over: a report, and the gaps in what is known."""
