"""Preprocessing: values made ready for other blocks."""
