"""The portal as a WSGI application, for processes that serve no watchers: what moves here is told to those that do."""

import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, cast

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.project.settings")
portal = get_wsgi_application()


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request of the portal, of a service manager, or of Prometheus."""
    answer: Iterable[bytes] = _begun()(environ, start)
    return answer


@cache
def _begun() -> Any:
    """Begin once, in the process that answers and not in the one that started it."""
    from jishi.web.live import health
    from jishi.web.live.news import News

    News().start(watched=False)
    return health.before(cast(Any, portal))
