"""National identifiers: read, check, explain and (for demonstration data) make them."""
