"""Statistics: figures and models of the signals."""
