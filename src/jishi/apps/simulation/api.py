"""What composition may use of the simulation room."""

from jishi.apps.simulation.day.options import DayOptions
from jishi.apps.simulation.day.runner import run_day
from jishi.apps.simulation.responder import answer_bids, open_sealed
from jishi.apps.simulation.scenario.accounts import DemoLogin, find_demo_account, list_demo_accounts
from jishi.apps.simulation.scenario.loader import keep_lot_open, load_scenario

__all__ = [
    "DayOptions",
    "DemoLogin",
    "answer_bids",
    "find_demo_account",
    "keep_lot_open",
    "list_demo_accounts",
    "load_scenario",
    "open_sealed",
    "run_day",
]
