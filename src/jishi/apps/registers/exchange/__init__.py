"""Registers to and from files: CSV, XLSX and GeoJSON as people bring them.

Refuses nothing whole that can be taken in part: a row that cannot be read is named with its reason, the others pass.
"""
