"""Platform floor: evidence log, clock, identity, files, access, search; refuses to know any market."""
