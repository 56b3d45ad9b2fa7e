"""Procedures as pack data: held against the rest of the pack, and turned into the plan the kernel folds."""
