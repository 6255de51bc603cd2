"""Classification: where a value lies."""
