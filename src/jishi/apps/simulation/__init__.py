"""A whole market day in simulated time: announcements in, lots through the procedure, evidence out.

Everything made here is marked as simulated. Refuses to act on a database that is not its own.
"""
