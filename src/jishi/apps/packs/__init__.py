"""Pack data: read it, check it, hand it out; refuses a pack that has any problem."""
