"""Anomaly detection: siblings of FB_ALY_DenStream that the vendor does not have."""
