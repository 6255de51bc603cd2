"""The vendor's category Specific: wind turbines, movers of a linear transport system, motors with diagnosis."""
