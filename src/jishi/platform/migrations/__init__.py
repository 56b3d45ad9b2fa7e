"""Schema history of the platform tables."""
