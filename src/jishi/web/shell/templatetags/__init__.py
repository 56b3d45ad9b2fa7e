"""Template tags of the shell; settings make them built in, so no page loads them."""
