"""Register the simulation room: market days, the demonstration, demo bidders."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    """Name the simulation application."""

    name = "jishi.apps.simulation"
    label = "simulation"
