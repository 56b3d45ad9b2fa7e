"""A whole market day in simulated time, through the same actions as the live market, on a database of its own."""
