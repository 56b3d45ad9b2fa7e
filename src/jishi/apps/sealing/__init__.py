"""Sealing (密封): the opening committee of an offering, envelopes handed in, keys published, bids opened."""
