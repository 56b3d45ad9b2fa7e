"""Schema history of the registers tables."""
