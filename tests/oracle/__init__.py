"""Slow, obvious reference implementations, one module per block."""
