"""Start a worker of the day: a fresh process with a folder of its own, on the day's database.

Nothing of Django is imported here, since nothing is set up before `start` ran. A fresh process and not a fork: the
compiler of contracts does not survive one.
"""

import os
from pathlib import Path
from tempfile import mkdtemp


def start(var: Path, prepared: Path) -> None:
    """Set up Django in this process; its keys and files stand in a new folder below `var`."""
    os.environ["JISHI_VAR"] = mkdtemp(prefix="worker-", dir=var)
    os.environ["JISHI_DATABASE_URL"] = f"sqlite:///{prepared}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.project.settings")
    import django

    django.setup()
