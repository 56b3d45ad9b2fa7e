"""Tables in files: read in blocks whatever their form, written as they come, so that none stands in memory whole.

Knows no domain. Refuses what cannot be read exactly, and keeps what is broken apart from what is sound.
"""
