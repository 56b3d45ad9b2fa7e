"""Days the law counts: working days, statutory time limits, and the zone that says which day it is."""
