"""The public API, version 1: reads for everyone, bids for those admitted. It changes nothing but by an action."""
