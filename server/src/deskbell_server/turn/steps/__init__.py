"""The steps of a turn, each in a file of its own; graph.py has their order."""
