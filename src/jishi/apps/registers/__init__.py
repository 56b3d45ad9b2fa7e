"""Registers (登记簿): entries of the kinds a pack declares, versioned, burdened, drawn on a map.

Refuses data the kind does not allow, a change made on an older version, and ground that two entries claim.
"""
