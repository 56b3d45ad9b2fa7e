"""What other rooms may ask of the reform."""

from jishi.apps.reform.board import LIGHTS, TASKS, Board, TaskLine, list_tasks_of, list_years, read_board
from jishi.apps.reform.light import Light, light_of, planned_percent

__all__ = [
    "LIGHTS",
    "TASKS",
    "Board",
    "Light",
    "TaskLine",
    "light_of",
    "list_tasks_of",
    "list_years",
    "planned_percent",
    "read_board",
]
