"""The ledger of the reform: yearly tasks with their lights, measures left without one, what a new document touches.

It stores nothing: tasks are register entries, close-out and supervision are procedures, the light is a rule.
"""
