"""Procedures (办事流程): a case as a pure fold over dated acts, and the clocks that run in it.

Refuses an act the step does not know, one done too early or by the wrong person, and any way past a step.
"""
