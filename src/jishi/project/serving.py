"""Prepare the database, say where the market is and who may sign in, and serve it."""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from jishi.kernel.fault import Fault

BACKLOG = 2_048
MOST_LINES = 32_768
"""Open connections, watchers and all; beyond them nobody is let in."""
LARGEST_BUFFER = 16 * 1024
"""Of a line, in bytes, beside what the kernel holds (`lines`); a request's head has to fit into it, too."""


def set_up() -> None:
    """Start Django with the settings of the environment; Fault `project.settings.wrong` says which cannot be."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.project.settings")
    import django

    try:
        django.setup()
    except (ValueError, OSError) as error:
        raise Fault("project.settings.wrong", why=str(error)) from error


def tell_address(host: str, port: int) -> None:
    """Make letters and papers lead here, unless the environment names another address. Call before `set_up`."""
    named = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    os.environ.setdefault("JISHI_PUBLIC_URL", f"http://{named}:{port}")


@contextlib.contextmanager
def simulation() -> Iterator[None]:
    """Start Django on a folder and a database that are gone afterwards: a simulated day never touches the market's.

    Nor does it pay through a real bank, nor wait until the disk holds what is thrown away.
    """
    with tempfile.TemporaryDirectory(prefix="jishi-day-") as folder:
        os.environ.pop("JISHI_BANK", None)
        os.environ |= {"JISHI_VAR": folder, "JISHI_DATABASE_URL": f"sqlite:///{folder}/day.sqlite3"}
        os.environ |= {"JISHI_DURABLE": "0", "JISHI_SECURE": "0"}
        set_up()
        from jishi.platform import silence

        silence.assume_none()
        yield


def prepare(console: Console, *, with_scenario: bool) -> None:
    """Migrate, collect styles and scripts, and load the pack's scenario when the database holds nothing yet.

    Faults: `project.database.*` for a database that cannot be opened or is another version's.
    """
    set_up()
    os.umask(0o077)  # the database holds what is not for every account of this machine
    from django.conf import settings

    settings.JISHI_VAR.mkdir(parents=True, exist_ok=True)
    with console.status("Preparing the database · 准备数据库"):
        _migrate()
    with console.status("Collecting styles and scripts · 整理样式与脚本"):
        _collect()
    if with_scenario and settings.JISHI_DEMO:
        from jishi.apps.simulation import api as simulation

        with console.status("Loading the demonstration · 载入演示数据"):
            simulation.load_scenario()


def _migrate() -> None:
    from django.core.management import call_command
    from django.db import DatabaseError
    from django.db.migrations.exceptions import InconsistentMigrationHistory

    from jishi.project.preflight import database_place, require_database

    require_database()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except (DatabaseError, InconsistentMigrationHistory) as error:
        raise Fault("project.database.changed", place=database_place(), why=str(error).strip()) from error


def _collect() -> None:
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["*.map"])


def announce(console: Console, host: str, port: int) -> None:
    """Print the address and the demo accounts."""
    from django.conf import settings

    from jishi.apps.simulation import api as simulation
    from jishi.platform.secrets import operator_public_key

    console.print(f"\n[bold]吉市 Jishi[/bold]  http://{host}:{port}/", highlight=False)
    console.print(f"verify --trust {operator_public_key()}", style="dim", highlight=False)
    if not settings.JISHI_DEMO:
        return
    accounts = simulation.list_demo_accounts()
    if not accounts:
        return
    console.print(
        f"\n演示账号 · demonstration accounts, password · 密码: [bold]{accounts[0].password}[/bold]"
    )
    table = Table.grid(padding=(0, 2, 0, 0))
    for account in accounts:
        table.add_row(f"  {account.email}", account.title_zh, account.title_en)
    console.print(table)
    console.print("\nCtrl-C stops · 按 Ctrl-C 停止", highlight=False)


def serve(host: str, port: int) -> None:
    """Serve until interrupted; Faults `project.live.*` where a real market cannot run on what is set up."""
    import uvloop

    from jishi.project.lines import raise_file_limit
    from jishi.project.preflight import require_real_market

    require_real_market()
    raise_file_limit(MOST_LINES)
    uvloop.run(_serve(host, port))


async def _serve(host: str, port: int) -> None:
    """Serve in this process (docs/adr/0014-granian-in-process.md)."""
    from granian.constants import HTTPModes, Interfaces
    from granian.errors import FatalError
    from granian.http import HTTP1Settings
    from granian.server.embed import Server

    from jishi.project.asgi import application

    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=LARGEST_BUFFER),
        websockets=False,
        backlog=BACKLOG,
        backpressure=MOST_LINES,
        log_enabled=False,  # its lines are ours to write, masked
    )

    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, server.stop)
    with contextlib.suppress(FatalError):  # the application has told why it could not start
        await server.serve()
    if server.interrupt_children:
        raise SystemExit(3)
