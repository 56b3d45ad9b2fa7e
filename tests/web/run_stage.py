"""What no person does in a dated run: `python -m tests.web.run_stage`, a process that answers lines of JSON.

It runs in the environment of a server on a moved clock, and makes the people, the entries a run is about, the event
that begins a case, a panel's ballot (it has a browser test of its own), and reads what a run says of entries. A line
`{"do": name, ...}` is answered by one line; a failure ends the process with its traceback.
"""

import json
import sys
import time
from dataclasses import replace
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.db import transaction

from jishi.apps.market.reads import get_offering
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.registers import api as registers
from jishi.platform import access, deadline
from jishi.platform.context import Actor, Context
from jishi.platform.models import User
from tests.apps.procedures.run_file import (
    HERE,
    PERSON,
    STAFF,
    UNIT,
    VILLAGE,
    enter_subject,
    happening_of,
    put_on_sale,
)
from tests.web.moved_clock import install
from tests.web.plan import PASSWORD, staff_address

OWNERS = {"li": PERSON, "unit": UNIT, "village": VILLAGE}


def people() -> dict[str, str]:
    """Make the officers, the parties with a person each, and somebody who only reads; give the parties' ids."""
    for name, role in STAFF.items():
        access.grant(_make(name), role, HERE)
    _make("neighbour")
    found = {}
    for name, form in OWNERS.items():
        user = _make(name)
        party = parties.register_party(replace(Context(), actor=Actor(user_id=user.pk, name=name)), form)
        found[name] = party.id
    return found


def stage(run: dict[str, Any], party: str, behalf: str) -> dict[str, str]:
    """Make what a run is about; give the entry's number, the lot, and the case where an event begins it."""
    ctx = Context()
    entry = enter_subject(ctx, run, party, behalf)
    lot = put_on_sale(ctx, "TS-1", _id("clerk"), _id("reviewer")) if run.get("lot") else ""
    case = ""
    if "event" in run:
        assert entry is not None
        case = procedures.start_by_event(ctx, happening_of(run, entry.id, party))[0].id
    return {
        "subject": entry.id if entry else "",
        "number": entry.number if entry else "",
        "lot": lot,
        "case": case,
    }


def settle(seconds: float = 20.0) -> bool:
    """Wait until the server has run everything that is due by now; tell whether it has."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        due_ms = deadline.next_due_ms()
        if due_ms is None or due_ms > Context().now_ms():
            return True
        time.sleep(0.02)
    return False


def panel(case: str, counts: dict[str, int], passed: bool) -> None:
    """Close the ballot of a case's panel."""
    with transaction.atomic():
        procedures.decide_by_panel(Context(), case, counts, passed=passed)


def entries(case: str, wanted: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Give the states and fields asked for of the entries a case keeps."""
    info = procedures.open_case(Context(), case)
    found = {}
    for name, fields in wanted.items():
        entry = registers.get_entry(info.kept.get(name, info.subject))
        found[name] = {key: entry.state if key == "state" else entry.data.get(key) for key in fields}
    return found


def suspended(lot: str) -> bool:
    """Tell whether a lot is suspended."""
    return bool(get_offering(lot).suspended)


def _make(name: str) -> User:
    return User.objects.create_user(staff_address(name), PASSWORD, display_name=name)


def _id(name: str) -> int:
    return int(User.objects.get(email=staff_address(name)).pk)


ASKED = {each.__name__: each for each in (people, stage, settle, panel, entries, suspended)}


def main() -> None:
    """Answer line by line."""
    install()
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(ASKED[asked.pop("do")](**asked), default=str), flush=True)


if __name__ == "__main__":
    main()
