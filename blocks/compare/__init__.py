"""Compare: values and texts against references."""
