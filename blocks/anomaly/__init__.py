"""Anomaly: learners that tell what does not look like what they have seen; siblings that the vendor does not have."""
