"""Bring what moved to the watchers: from this process as it commits, from others over their common channel.

Both only hasten what the hub would find by looking; neither is evidence of anything.
"""

from collections.abc import Sequence

from jishi.apps.market.api import Moved, off_moved, on_moved
from jishi.platform.channel import Channel
from jishi.web.live.stream import hub

NAME = "jishi_moved"


class News:
    """The lines between what commits and who watches, from `start` to `stop`."""

    def __init__(self) -> None:
        self.channel = Channel(NAME)

    def start(self, *, watched: bool) -> None:
        """Tell other processes what moves here; where rooms are watched here, hear it too."""
        on_moved(self._told)
        if watched:
            self.channel.hear(hub.publish)

    def stop(self) -> None:
        """Say what is left and close the lines."""
        off_moved(self._told)
        self.channel.close()

    def _told(self, moved: Sequence[Moved]) -> None:
        for each in moved:
            hub.publish(each.offering_id, each.seq)
            self.channel.tell(each.offering_id, each.seq)
