"""Pure rules and arithmetic: whatever a stranger needs to check a result.

Nothing here knows Django, the clock, chance, files or the network. Time and
random values come in as arguments; refusals go out as `Fault` codes.
"""
