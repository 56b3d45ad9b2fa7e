"""Exact quantities: money in fen, area in square centimetres, ratios and their bounds, named roundings."""
