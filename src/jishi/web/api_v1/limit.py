"""How often the API may be asked: reads by strangers, commands by everyone."""

import threading

from django.conf import settings
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from jishi.web.shell.limit import Buckets, caller_of


class Limit(BaseThrottle):
    """Limit an endpoint by caller."""

    def __init__(self, buckets: Buckets, *, strangers_only: bool = False) -> None:
        self.buckets, self.strangers_only = buckets, strangers_only
        self._answer = threading.local()

    def allow_request(self, request: HttpRequest) -> bool:
        """Tell whether the caller may go on now."""
        known = request.user.is_authenticated
        if not settings.JISHI_RATE_LIMITS or (known and self.strangers_only):
            return True
        self._answer.wait_s = self.buckets.wait_s(caller_of(request))
        return not self._answer.wait_s

    def wait(self) -> float | None:
        """Return the seconds after which the refused request may succeed."""
        return getattr(self._answer, "wait_s", None)


READING = Limit(Buckets(rate=20, burst=200), strangers_only=True)
BIDDING = Limit(Buckets(rate=5, burst=30))
OWN = Limit(Buckets(rate=2, burst=20))
MANY = Limit(Buckets(rate=0.2, burst=10))
