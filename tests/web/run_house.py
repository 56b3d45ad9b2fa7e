"""Where dated runs are played: a server on a moved clock, its stage, and persons each at their own browser."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from typing import Any

from playwright.sync_api import Browser

from tests.apps.procedures.conftest import instant
from tests.web.moved_clock import MovedClock
from tests.web.person import Person, press
from tests.web.plan import PASSWORD, staff_address
from tests.web.server import ROOT, Server


class Stage:
    """The process that makes what a run is about (`tests.web.run_stage`)."""

    def __init__(self, server: Server) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.web.run_stage"],
            env=server.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip

    def ask(self, do: str, **given: Any) -> Any:
        """Let it do one thing; return its answer."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps({"do": do, **given}, default=str) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the stage ended while it was to {do}"
        return json.loads(line)

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=15)


class House:
    """One server on a moved clock, its stage, and the persons who have signed in so far."""

    def __init__(self, browser: Browser, server: Server, clock: MovedClock, stage: Stage) -> None:
        self.browser, self.server, self.clock, self.stage = browser, server, clock, stage
        self.parties: dict[str, str] = self.stage.ask("people")
        self._persons: dict[str, Person] = {}

    def person(self, name: str) -> Person:
        """Give a person at their own browser, signed in; "stranger" has no account."""
        if name not in self._persons:
            person = self._persons[name] = Person(self.browser, self.server, name)
            person.page.set_default_timeout(5000)
            person.ready = "load" if os.environ.get("JISHI_SHOTS") else "domcontentloaded"
            if name != "stranger":
                person.go("/accounts/login/?next=/papers/")
                person.fill(login=staff_address(name), password=PASSWORD)
                press(person, person.page.locator("main form button", has_text="Sign in"))
                person.sees("Verify a document")
        return self._persons[name]

    def move_to(self, day: date, hour: int) -> None:
        """Let it be that hour of that day, and everything due have run."""
        self.clock.move_to(instant(day, hour))
        assert self.stage.ask("settle"), "a deadline that is due does not run"

    def problems(self) -> list[str]:
        """Give what went wrong in any browser since the last call, refused forms apart."""
        found = [each for person in self._persons.values() for each in person.problems]
        for person in self._persons.values():
            person.problems.clear()
        return [each for each in found if not re.search(r"status of (409|422)", each)]

    def close(self) -> None:
        """Let everybody go."""
        for person in self._persons.values():
            person.leave()
        self.stage.close()
