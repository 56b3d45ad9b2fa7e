"""Answer where cases stand: the inbox, one case as an actor may see it, what the public may know."""
