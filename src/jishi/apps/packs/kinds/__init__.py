"""The typed shape of each kind of pack data; unknown keys and wrong values do not load."""
