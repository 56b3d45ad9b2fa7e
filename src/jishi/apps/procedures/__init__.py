"""Cases (办件) of the procedures a pack declares: filed, examined, published, decided, written into registers.

Refuses an act that the step at hand does not know, a clerk in their own case, and a second decision of one step.
"""
