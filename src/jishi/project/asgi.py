"""One process that serves everything: the portal through WSGI threads, live streams natively, and the clock.

The clock thread runs due deadlines; in production several processes may each have one, since a deadline's
handler takes the owner's lock and looks before it acts.
"""

import asyncio
import logging
import os
import signal
import threading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.project.settings")

from collections.abc import Callable
from functools import partial
from types import FrameType
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
LONGEST_END_S = 10.0
ENDS = (signal.SIGINT, signal.SIGTERM)
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


def leave() -> None:
    """Live no longer: a server that was told to end is reached by nobody, and waits for open streams for ever.

    Watchers ask again elsewhere. From here on it tells nobody that it runs, and lots that nobody reaches wait.
    """
    stream.hub.close()
    _ticker.leave()


def _heed_signals() -> Callable[[], None]:
    """Leave at the signal to end, before the server's own answer to it; return what undoes this."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    loop, before = asyncio.get_running_loop(), {each: signal.getsignal(each) for each in ENDS}

    def begin_to_end() -> None:
        leave()
        # what hangs on a line is cut; what was acknowledged is stored
        loop.call_later(LONGEST_END_S, os._exit, 0)

    def heed(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(begin_to_end)
        known = before[signal.Signals(number)]
        if callable(known):
            known(number, frame)

    def undo() -> None:
        for each, known in before.items():
            signal.signal(each, known)

    for each in ENDS:
        signal.signal(each, heed)
    return undo


async def _live_on(receive: Any, send: Any) -> None:
    bounding: asyncio.Task[None] | None = None  # held: the loop forgets what nobody holds
    unheed: Callable[[], None] = lambda: None  # noqa: E731
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
            bounding, unheed = asyncio.create_task(bound_lines()), _heed_signals()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if bounding is not None:
                bounding.cancel()
            unheed()
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
