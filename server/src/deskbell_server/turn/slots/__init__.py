"""Takes down what a caller says, by rules alone: for engines that cannot call functions."""
