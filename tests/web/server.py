"""A real server on a database of its own: started, killed without warning, started again.

Its files, its database and its port are its own, and nothing is ended here that was not started here. The
database is SQLite under `var`, or a new one on the PostgreSQL server that `JISHI_DATABASE_URL` names.
"""

import contextlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.web.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
LONGEST_START_S = 60.0


@dataclass
class Server:
    """One server process at a time, always on the same database, port and files."""

    var: Path
    database_url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: _free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address of the portal."""
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment in which everything of this server runs."""
        own = {
            "JISHI_VAR": str(self.var),
            "JISHI_DATABASE_URL": self.database_url,
            "JISHI_NO_RATE_LIMITS": "1",
            "JISHI_DEMO": "0",
            "JISHI_PUBLIC_URL": self.url,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")]),
        }
        return {"DJANGO_SETTINGS_MODULE": "jishi.project.settings", **os.environ, **own, **self.settings}

    def run(self, *command: str, given: Any = None) -> str:
        """Run `python -m command` in the server's environment, `given` as JSON on its input; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=self.environment,
            input=json.dumps(given),
            text=True,
            capture_output=True,
            cwd=ROOT,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def migrate(self) -> None:
        """Make the tables: in a SQLite file they are copied, for making them takes five seconds of a processor."""
        self.var.mkdir(parents=True, exist_ok=True)
        self.run("jishi.project.translations")
        if self.database_url.startswith("sqlite"):
            Path(self.database_url.removeprefix("sqlite:///")).write_bytes(_empty_database())
        else:
            self.run("django", "migrate", "--verbosity=0")

    def make_lots(self, **wanted: Any) -> dict[str, Any]:
        """Make people and lots (see `tests.web.plan.Plan`); return their ids, aliases and tokens."""
        made: dict[str, Any] = json.loads(self.run("tests.web.lots", given=asdict(Plan(**wanted))))
        return made

    def start(self, command: str = "jishi.project.cli") -> "Server":
        """Start the process (`python -m command serve`) and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", command, "serve", "--port", str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        self._wait()
        return self

    def kill(self) -> None:
        """End the process as a power cut would: SIGKILL, no farewell."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the process as a service manager would."""
        self._end(signal.SIGTERM)

    @property
    def log(self) -> Path:
        """Return the file the server's own words go to."""
        return self.var / "server.log"

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _wait(self) -> None:
        ends_at = time.monotonic() + LONGEST_START_S
        while time.monotonic() < ends_at:
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError(f"the server ended before it answered:\n{self.log.read_text()[-4000:]}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
                connection.request("GET", "/live/none")
                connection.getresponse().read()
                connection.close()
                return
            time.sleep(0.05)
        raise RuntimeError(f"the server did not answer in {LONGEST_START_S:.0f} s")


@contextlib.contextmanager
def serving(var: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Give a server that is migrated but not yet started, and end it afterwards."""
    with own_database(var) as url:
        server = Server(var, url, settings or {})
        server.migrate()
        try:
            yield server
        finally:
            server.stop()


@contextlib.contextmanager
def own_database(var: Path) -> Iterator[str]:
    """Give the address of an empty database, removed afterwards where it stands on a shared server."""
    shared = os.environ.get("JISHI_DATABASE_URL", "")
    if not shared.startswith("postgres"):
        yield f"sqlite:///{var / 'jishi.sqlite3'}"
        return
    import psycopg

    name = f"jishi_{secrets.token_hex(6)}"
    with psycopg.connect(shared, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(shared)._replace(path=f"/{name}").geturl()
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory(prefix="jishi-empty-") as place:
        file = Path(place) / "jishi.sqlite3"
        maker = Server(Path(place), f"sqlite:///{file}")
        maker.run("django", "migrate", "--verbosity=0")
        return file.read_bytes()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
