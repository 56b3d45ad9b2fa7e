"""The demonstration: the pack's scenario lots brought to every stage by the real actions, in simulated time."""
