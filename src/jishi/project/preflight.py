"""What must hold before the exchange starts: a free port, a database of this version, nothing for demonstration
in a real market.

Refuses with a sentence that says what to change; touches nothing.
"""

import contextlib
import errno
import socket

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from jishi.kernel.fault import Fault


def require_port(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, and say why."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            code = "project.port.taken" if error.errno == errno.EADDRINUSE else "project.port.refused"
            given = {"host": host, "port": port, "why": error.strerror or str(error)}
            raise Fault(code, **given) from error
        except OverflowError as error:
            raise Fault("project.port.range", port=port) from error


def require_database() -> None:
    """Refuse a database that cannot be opened, or that holds what another version made."""
    place = database_place()
    try:
        loader = MigrationLoader(connection)
    except DatabaseError as error:
        raise Fault("project.database.closed", place=place, why=str(error).strip()) from error
    except UnicodeDecodeError as error:
        raise Fault("project.database.closed", place=place, why=str(error)) from error
    foreign = sorted(".".join(key) for key in (loader.applied_migrations or {}) if _is_foreign(loader, key))
    if foreign:
        raise Fault("project.database.version", place=place, migration=foreign[-1])


def require_real_market() -> None:
    """Refuse to run a real market on what is for demonstration: a sandbox bank, accounts with a public password.

    Refuse any market that asks a role nobody has for a second factor: whoever wrote it meant another.
    """
    from jishi.apps.settlement import api as settlement
    from jishi.apps.simulation import api as simulation
    from jishi.platform.access import STAFF

    if strange := sorted(settings.JISHI_SECOND_FACTOR.difference(STAFF)):
        raise Fault("access.role_unknown", role=", ".join(strange), valid=", ".join(STAFF))
    if not settings.JISHI_LIVE:
        return
    bank = settlement.find_bank()
    if bank.simulated:
        raise Fault("project.live.bank", bank=bank.name)
    if email := simulation.find_demo_account():
        raise Fault("project.live.accounts", email=email)


def _is_foreign(loader: MigrationLoader, key: tuple[str, str]) -> bool:
    return key not in loader.graph.nodes and key not in loader.replacements


def database_place() -> str:
    """Return where the database is, without its password."""
    given = connection.settings_dict
    if "sqlite" in given["ENGINE"]:
        return str(given["NAME"])
    return f"{given['HOST'] or 'localhost'}:{given['PORT'] or 5432}/{given['NAME']}"
