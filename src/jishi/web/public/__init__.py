"""What anyone may see without signing in, and where an admitted bidder bids. It changes nothing but through actions."""
