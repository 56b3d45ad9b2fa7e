"""What service managers and Prometheus ask, before any middleware; figures only to this machine or the token."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jishi.platform import metric, readiness, silence
from jishi.platform.context import Context
from jishi.platform.figures import read_figures
from jishi.platform.journal import JsonLines
from jishi.platform.log import publish_log
from jishi.project import ticker
from jishi.web.live import health
from jishi.web.live.health import LIVE, METRICS, READY, Asked

TOKEN = "a-token-for-tests"


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test be told what was found for another one."""
    monkeypatch.setattr(health, "ready", health.Ready())


def ask(path: str, peer: str = "127.0.0.1", method: str = "GET", **headers: str) -> health.Told:
    given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    return health.answer(Asked(method, path, peer, given))


def test_liveness_needs_nothing() -> None:
    assert ask(LIVE).status == 200
    assert ask(LIVE, method="POST").status == 405


@pytest.mark.django_db
def test_readiness_says_what_is_wrong_in_both_languages() -> None:
    told = ask(READY)
    body = json.loads(told.body)
    assert told.status == 503 and body["checks"]["database"] == {"well": True}
    silent = body["checks"]["clock"]
    assert (
        silent["code"] == "platform.ready.no_clock" and "计时线程" in silent["zh"] and "clock" in silent["en"]
    )
    silence.beat(Context())
    health.ready = health.Ready()
    assert json.loads(ask(READY).body)["checks"]["clock"] == {"well": True}


@pytest.mark.django_db
def test_a_ready_process_is_ready_until_its_queue_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = {"clock": readiness.check_clock, "log": readiness.check_log}
    monkeypatch.setattr(readiness, "_checks", checks)
    silence.beat(Context())
    publish_log()
    assert ask(READY).status == 200
    health.ready = health.Ready()
    readiness.on_ready("queue", lambda: ("platform.ready.queue", {"length": 9, "most": 9}))
    told = ask(READY)
    assert told.status == 503 and "9/9" in json.loads(told.body)["checks"]["queue"]["zh"]


def test_many_who_ask_for_readiness_are_told_what_one_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks run once for all who wait for them, and again for who asks more than a second after they began."""
    runs: list[float] = []

    def check_all() -> dict[str, None]:
        runs.append(time.monotonic())
        time.sleep(0.3)
        return {}

    monkeypatch.setattr(health, "check_all", check_all)
    monkeypatch.setattr(health, "LATELY_S", 0.2)

    async def one() -> int:
        sent: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {"method": "GET", "path": READY, "client": ("192.0.2.7", 1), "headers": []}
        await health.application(scope, None, send)
        status: int = sent[0]["status"]
        return status

    async def many() -> list[int]:
        return await asyncio.gather(*(one() for _ in range(50)))

    assert asyncio.run(many()) == [200] * 50 and len(runs) == 1
    assert asyncio.run(many()) == [200] * 50 and len(runs) == 2


@pytest.mark.django_db
def test_a_check_that_breaks_is_a_check_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr(readiness, "_checks", {"odd": broken})
    assert json.loads(ask(READY).body)["checks"]["odd"]["code"] == "platform.ready.unknown"


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"X_Forwarded_For": "192.0.2.7"}, 403),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 403),
        ("192.0.2.7", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("192.0.2.7", {"Authorization": "Bearer wrong"}, 403),
    ],
)
def test_figures_are_for_this_machine_or_the_token(
    settings: Any, peer: str, headers: dict[str, str], status: int
) -> None:
    settings.JISHI_METRICS_TOKEN = TOKEN
    told = ask(METRICS, peer, **headers)
    assert told.status == status
    if status == 403:
        assert "JISHI_METRICS_TOKEN" in json.loads(told.body)["en"]


def test_no_token_opens_to_nobody(settings: Any) -> None:
    settings.JISHI_METRICS_TOKEN = ""
    assert ask(METRICS, "192.0.2.7", Authorization="Bearer ").status == 403


def samples() -> dict[str, float]:
    """Return this process's figures by name and labels."""
    own, found = metric.process_name(), {}
    for family in text_string_to_metric_families(ask(METRICS).body.decode()):
        for sample in family.samples:
            if sample.labels["process"] == own:
                found[sample.name + sample.labels.get("reason", "") + sample.labels.get("le", "")] = (
                    sample.value
                )
    return found


def test_figures_count_what_was_noted() -> None:
    before = samples()
    metric.accepted(3)
    metric.refused("auction.bid.low", 2)
    metric.batch(5, 0.004)
    metric.repeated(4)
    metric.watch_queue(lambda: 7, lambda: 2.5)
    metric.queue_age(0.03)
    metric.tick_lag(0.015)
    metric.watchers(11)
    after = samples()

    def grew(name: str) -> float:
        return after[name] - before.get(name, 0.0)

    assert (grew("jishi_accepted_total"), grew("jishi_refused_totalauction.bid.low")) == (3, 2)
    assert (grew("jishi_batch_size_sum"), grew("jishi_commit_seconds_bucket0.005")) == (5, 1)
    assert grew("jishi_commit_seconds_bucket0.002") == 0
    assert (after["jishi_queue_length"], after["jishi_watchers"]) == (7, 11)
    assert (grew("jishi_repeated_total"), after["jishi_queue_oldest_seconds"]) == (4, 2.5)
    assert (grew("jishi_tick_lag_seconds_bucket0.01"), grew("jishi_tick_lag_seconds_bucket0.02")) == (0, 1)


def test_other_processes_figures_stand_beside_and_are_added_for_people(settings: Any, tmp_path: Path) -> None:
    settings.JISHI_VAR = tmp_path
    metric.watchers(2)
    metric.leave_copy()
    own = tmp_path / "metrics" / f"{metric.process_name()}.prom"
    other = own.with_name("elsewhere:1.prom")
    other.write_text(own.read_text().replace(metric.process_name(), "elsewhere:1"))
    text = metric.exposition().decode()
    assert text.count("# TYPE jishi_watchers gauge") == 1
    assert f'jishi_watchers{{process="{metric.process_name()}"}} 2.0' in text
    assert 'jishi_watchers{process="elsewhere:1"} 2.0' in text
    found = read_figures()
    assert (found.processes, found.watchers) == (2, 4)
    os.utime(other, (0, 0))
    assert read_figures().processes == 1, "a copy that is not renewed is of a process that ended"
    metric.leave_copy()
    assert not other.exists()
    metric.remove_copy()
    assert not own.exists()


def test_figures_hold_no_identity() -> None:
    metric.refused("market.bid.no_deposit")
    labels = {
        name for family in metric.read_families() for sample in family.samples for name in sample.labels
    }
    assert labels <= {"process", "reason", "le"}


def test_both_servers_answer_the_same() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"method": "GET", "path": LIVE, "client": ("127.0.0.1", 1), "headers": []}
    asyncio.run(health.application(scope, None, send))
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": LIVE, "REMOTE_ADDR": "127.0.0.1"}
    started: list[str] = []
    body = b"".join(
        health.before(lambda environ, start: [b"portal"])(environ, lambda status, _: started.append(status))
    )
    assert (sent[0]["status"], sent[1]["body"]) == (200, body) and started == ["200 OK"]
    portal = health.before(lambda environ, start: [b"portal"])
    assert list(portal({"PATH_INFO": "/"}, lambda *_: None)) == [b"portal"]


def test_json_lines_are_whole_and_masked() -> None:
    record = logging.makeLogRecord(
        {
            "name": "jishi.live",
            "levelname": "ERROR",
            "msg": "tel %s",
            "args": ("13912345678",),
            "offering": "ab12",
            "price_fen": 13912345678,
            "body": {"id": "11010519491231002X", "fine": [1, None, True]},
        }
    )
    line = json.loads(JsonLines().format(record))
    assert line["message"] == "tel 139****5678" and line["offering"] == "ab12"
    assert line["price_fen"] == "139****5678", "what cannot be told from a number of a person is masked"
    assert line["body"] == {"id": "110105********002X", "fine": [1, None, True]}
    assert {"at", "level", "logger", "process"} <= line.keys()


def test_json_lines_carry_the_error() -> None:
    try:
        raise ValueError("for a.b@example.com")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "failed", None, __import__("sys").exc_info()
        )
    line = json.loads(JsonLines().format(record))
    assert "ValueError" in line["error"] and "a***@example.com" in line["error"]


def test_more_processes_than_were_said_are_warned_of(
    settings: Any, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    settings.JISHI_VAR, settings.JISHI_PROCESSES, settings.JISHI_RATE_LIMITS = tmp_path, 1, True
    metric.leave_copy()
    ticker._count_processes(Context())
    assert not caplog.records
    (tmp_path / "metrics" / "elsewhere:1.prom").write_text("")
    ticker._count_processes(Context())
    assert "JISHI_PROCESSES is 1; set it to 2" in caplog.text
    settings.JISHI_PROCESSES = 2
    caplog.clear()
    ticker._count_processes(Context())
    assert not caplog.records


@pytest.mark.parametrize(("given", "bounds"), [("1", "10.0 40 8"), ("2", "5.0 20 4"), ("16", "0.625 2 1")])
def test_each_process_has_its_part_of_a_party_s_bounds(given: str, bounds: str) -> None:
    code = (
        "import django; django.setup(); from jishi.apps.market.actions.line import OFTEN;"
        "from jishi.web.live.path import committer; print(OFTEN.rate, OFTEN.burst, committer.bounds.share)"
    )
    env = {**os.environ, "JISHI_PROCESSES": given}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert told.stdout.split() == bounds.split(), told.stderr


def test_a_number_of_processes_that_cannot_be_is_refused() -> None:
    for given in ("0", "two", "-1"):
        env = {**os.environ, "JISHI_PROCESSES": given}
        code = "import jishi.project.settings"
        told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
        assert f"JISHI_PROCESSES is {given!r}" in told.stderr
