"""Schema history of the parties tables."""
