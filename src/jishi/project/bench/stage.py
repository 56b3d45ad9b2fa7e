"""The stage of a bench: a fresh folder, a fresh database, server processes on free ports, made lots; gone afterwards.

PostgreSQL is the server that JISHI_DATABASE_URL names, in a new database of its own, or an embedded one started here.
Ends only processes that it started.
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
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from jishi.kernel.fault import Fault
from jishi.project.bench.plan import Plan
from jishi.project.bench.postgres import Postgres, served
from jishi.project.bench.shim import Shim
from jishi.project.serving import MOST_LINES

HOST = "127.0.0.1"
DATABASES = ("sqlite", "postgres")
LONGEST_START_S = 60.0


@dataclass
class Stage:
    """Server processes on one database; `urls` and `ports` in their order.

    `urls_of` are addresses of the database that single processes use instead; `shim` is what all of them suffer.
    """

    var: Path
    database_url: str
    count: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    ports: list[int] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    urls_of: dict[int, str] = field(default_factory=dict)
    shim: Shim | None = None
    postgres: Postgres | None = None

    @property
    def urls(self) -> list[str]:
        """Return the address of each process."""
        return [f"http://{HOST}:{port}" for port in self.ports]

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment in which everything of this stage runs."""
        own = {
            "DJANGO_SETTINGS_MODULE": "jishi.project.settings",
            "JISHI_VAR": str(self.var),
            "JISHI_DATABASE_URL": self.database_url,
            "JISHI_NO_RATE_LIMITS": "1",
            "JISHI_WATCHERS": str(MOST_LINES // 2),
            "JISHI_DEMO": "0",
            "JISHI_PROCESSES": str(self.count),
        }
        suffered = self.shim.environment if self.shim else {}
        return {**os.environ, **own, **suffered, **self.settings}

    def run(self, module: str, given: Any = None) -> Any:
        """Run `python -m module` with `given` as JSON on its input; return the JSON it printed."""
        command = [sys.executable, "-m", *module.split()]
        done = subprocess.run(
            command, env=self.environment, input=json.dumps(given), text=True, capture_output=True
        )
        if done.returncode:
            raise RuntimeError(f"{module} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def make_lots(self, plan: Plan) -> dict[str, Any]:
        """Make parties, lots and registrations (see `plan.Plan`): {"lots": [{id, closes_ms, registrations}]}."""
        made: dict[str, Any] = self.run("jishi.project.bench.lots", asdict(plan))
        return made

    def start(self) -> None:
        """Start every process and wait until each answers."""
        for place in range(self.count):
            self.ports.append(free_port())
            self.processes.append(self._launch(place))
        for place in range(self.count):
            self._wait(place)

    def restart(self, place: int = 0) -> None:
        """Start a process that has ended again, on the same port."""
        self.processes[place] = self._launch(place)
        self._wait(place)

    def kill(self, place: int = 0) -> None:
        """End one process as a power cut would."""
        self.processes[place].send_signal(signal.SIGKILL)
        self.processes[place].wait()

    def stop(self) -> None:
        """End every process as a service manager would."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def scrape(self, place: int = 0) -> dict[str, float]:
        """Return the figures of one process: `name` or `name{label=value}` without its process label."""
        text = fetch(self.ports[place], "/metrics").decode()
        own = f":{self.processes[place].pid}"
        found = {}
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = dict(sample.labels)
                if labels.pop("process", own).endswith(own):
                    inner = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
                    found[f"{sample.name}{{{inner}}}" if inner else sample.name] = sample.value
        return found

    def memory(self, place: int = 0) -> int:
        """Return the resident memory of one process in bytes (Linux)."""
        status = Path(f"/proc/{self.processes[place].pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024

    def cpu_s(self) -> float:
        """Return the processor time all server processes have used (s, Linux)."""
        ticks = 0
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _launch(self, place: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "jishi.project.cli", "serve", "--port", str(self.ports[place])]
        with (self.var / f"server-{place}.log").open("ab") as log:
            env = {**self.environment, "JISHI_DATABASE_URL": self.urls_of.get(place, self.database_url)}
            return subprocess.Popen(command, env=env, stdout=log, stderr=log)

    def _wait(self, place: int) -> None:
        ends_at = time.monotonic() + LONGEST_START_S
        while time.monotonic() < ends_at:
            if self.processes[place].poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                fetch(self.ports[place], "/health/live")
                return
            time.sleep(0.05)
        told = (self.var / f"server-{place}.log").read_text()[-4000:]
        raise RuntimeError(f"server process {place} does not answer:\n{told}")


@contextlib.contextmanager
def set_stage(
    database: str, processes: int = 1, settings: Mapping[str, str] | None = None, *, shimmed: bool = False
) -> Iterator[Stage]:
    """Give a stage with its tables made and no process started; everything is removed afterwards.

    With `shimmed` a PostgreSQL is always one started here, and all processes run under a shim (see `shim.Shim`).
    Faults: `bench.database` for a database that is not one of `DATABASES`, `bench.postgres`, `bench.compiler`.
    """
    if database not in DATABASES:
        raise Fault("bench.database", database=database, valid=", ".join(DATABASES))
    raise_file_limit()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started here is ended here
    with tempfile.TemporaryDirectory(prefix="jishi-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # the database's server may run under an account of its own
        shim = Shim(folder) if shimmed else None
        url, postgres = stack.enter_context(_database(database, folder, shim))
        stage = Stage(folder / "var", url, processes, settings or {}, shim=shim, postgres=postgres)
        stage.var.mkdir()
        stage.run("django migrate --verbosity=0")
        try:
            yield stage
        finally:
            stage.stop()


def fetch(port: int, path: str) -> bytes:
    """Ask a process of this machine; HTTPException for an answer that is no success."""
    line = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise http.client.HTTPException(f"{path}: {answer.status} {body[:200]!r}")
        return body
    finally:
        line.close()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def fsync_rate(folder: Path, seconds: float = 1.0) -> float:
    """Return how many times a second this disk makes 4 KB durable, one after the other."""
    path, block, count = folder / "fsync.trial", b"\0" * 4096, 0
    with path.open("wb", buffering=0) as out:
        began = time.perf_counter()
        while (taken := time.perf_counter() - began) < seconds:
            out.write(block)
            os.fsync(out.fileno())
            count += 1
    path.unlink()
    return count / taken


def machine() -> dict[str, Any]:
    """Say what the figures were measured on and how busy it was before."""
    return {
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
        "load_before": [round(each, 2) for each in os.getloadavg()],
    }


def raise_file_limit() -> None:
    """Let this process and what it starts hold as many connections as the system permits."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.contextmanager
def _database(kind: str, folder: Path, shim: Shim | None) -> Iterator[tuple[str, Postgres | None]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/jishi.sqlite3", None
        return
    given = "" if shim else os.environ.get("JISHI_DATABASE_URL", "")
    with contextlib.ExitStack() as stack:
        own = None
        if not given.startswith("postgres"):
            own = stack.enter_context(served(folder / "pg", settings=shim.environment if shim else {}))
        yield stack.enter_context(_new_database(own.url if own else given)), own


@contextlib.contextmanager
def _new_database(shared: str) -> Iterator[str]:
    """Make a database beside others of a server, and drop it afterwards."""
    import psycopg

    name = f"jishi_bench_{secrets.token_hex(6)}"
    with psycopg.connect(shared, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        yield urlsplit(shared)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(shared, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
