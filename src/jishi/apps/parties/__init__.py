"""Who takes part: organisations and persons, who speaks for them, and who bids jointly.

Refuses a code whose check digit is wrong, a second party of the same code, and personal data in the clear.
"""
