"""Training Base: curves that are taught into a file."""
