"""One process that serves everything: the portal through WSGI threads, live streams natively, and the clock.

The clock thread runs due deadlines; in production several processes may each have one, since a deadline's
handler takes the owner's lock and looks before it acts.
"""

import asyncio
import logging
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.project.settings")

from functools import partial
from typing import Any

from jishi.project import portal  # sets Django up, which the imports below need

# isort: split
from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.platform import readiness
from jishi.platform.words import say
from jishi.project.lines import bound_lines
from jishi.project.preflight import require_real_market
from jishi.project.ticker import Ticker
from jishi.web.live import health, path, stream
from jishi.web.live.news import News
from jishi.web.live.tally import check_queue

_ticker = Ticker()
_news = News()
log = logging.getLogger("jishi.server")


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Route by protocol and path: bids to the committer, `/live/` to the stream, the rest to the portal."""
    if scope["type"] == "lifespan":
        await _live_on(receive, send)
    elif scope["type"] == "http" and scope["path"] == path.PATH:
        await path.application(scope, receive, send)
    elif scope["type"] == "http" and scope["path"] in health.PATHS:
        await health.application(scope, receive, send)
    elif scope["type"] == "http" and scope["path"].startswith(stream.PREFIX):
        await stream.application(scope, receive, send)
    elif scope["type"] == "http":
        await portal.application(scope, receive, send)


def end_streams() -> None:
    """End every open stream, whose watchers ask again elsewhere: a server that stops would wait for them for ever."""
    stream.hub.close()


async def _live_on(receive: Any, send: Any) -> None:
    bounding: asyncio.Task[None] | None = None  # held: the loop forgets what nobody holds
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                await _begin()
            except Exception as error:
                known = isinstance(error, Fault)
                why = say(error.code, error.params, "en") if isinstance(error, Fault) else str(error)
                log.error("the server could not start: %s", why, exc_info=not known)
                await send({"type": "lifespan.startup.failed", "message": why})
                return
            bounding = asyncio.create_task(bound_lines())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if bounding is not None:
                bounding.cancel()
            _news.stop()
            await asyncio.to_thread(path.stop)
            _ticker.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _begin() -> None:
    """Give running rounds their lost time back, then start the clock, the committer and the news.

    The pack is read before: a second of the interpreter that bidders would wait for if the first of them asked for it.
    """
    await asyncio.to_thread(require_real_market)
    await asyncio.to_thread(packs.default_pack)
    await asyncio.to_thread(_ticker.recover)
    _ticker.start()
    await asyncio.to_thread(path.start)
    _news.start(watched=True)
    readiness.on_ready("ticker", _ticker.check)
    readiness.on_ready("queue", partial(check_queue, path.committer))
