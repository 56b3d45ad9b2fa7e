"""Sealing: values that are bound now and that nobody can read before their time."""
