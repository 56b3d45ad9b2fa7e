"""Jishi (吉市): an exchange for land, labour, capital, technology and data."""
