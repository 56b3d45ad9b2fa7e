"""Prepare the database, say where the market is and who may sign in, and serve it."""

import os
import tempfile

from rich.console import Console
from rich.table import Table


def set_up() -> None:
    """Start Django with the settings of the environment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.project.settings")
    import django

    django.setup()


def set_up_simulation() -> None:
    """Start Django on a temporary database of its own: a simulated day never touches the market's."""
    folder = tempfile.mkdtemp(prefix="jishi-day-")
    os.environ["JISHI_VAR"] = folder
    os.environ["JISHI_DATABASE_URL"] = f"sqlite:///{folder}/day.sqlite3"
    set_up()


def prepare(console: Console, *, with_scenario: bool) -> None:
    """Migrate, and load the pack's scenario when the database holds nothing yet."""
    set_up()
    from django.conf import settings
    from django.core.management import call_command

    settings.JISHI_VAR.mkdir(parents=True, exist_ok=True)
    with console.status("Preparing the database · 准备数据库"):
        call_command("migrate", verbosity=0, interactive=False)
    if with_scenario and settings.JISHI_DEMO:
        from jishi.apps.simulation import api as simulation

        with console.status("Loading the demonstration · 载入演示数据"):
            simulation.load_scenario()


def announce(console: Console, host: str, port: int) -> None:
    """Print the address and the demo accounts."""
    from django.conf import settings

    from jishi.apps.simulation import api as simulation
    from jishi.platform.secrets import operator_public_key

    console.print(f"\n[bold]吉市 Jishi[/bold]  http://{host}:{port}/", highlight=False)
    console.print(f"verify --trust {operator_public_key()}", style="dim", highlight=False)
    if not settings.JISHI_DEMO:
        return
    table = Table(
        "account · 账号", "password · 密码", "role · 角色", title="演示 · demonstration", title_justify="left"
    )
    for account in simulation.list_demo_accounts():
        table.add_row(account.email, account.password, f"{account.title_zh} · {account.title_en}")
    console.print(table)


def serve(host: str, port: int) -> None:
    """Serve until interrupted."""
    import uvicorn

    from jishi.project.asgi import application

    uvicorn.run(
        application,
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
    )
