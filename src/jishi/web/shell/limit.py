"""How often a caller may come to a page: a person wherever they are, a stranger by address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from jishi.platform.bucket import Buckets
from jishi.web.shell.errors import too_many_requests
from jishi.web.shell.peer import whose_address

__all__ = ["Buckets", "caller_of", "limited"]
View = Callable[..., HttpResponse]


def caller_of(request: HttpRequest) -> str:
    """Name who calls: a person wherever they are, a stranger by address, of IPv6 by network."""
    if request.user.is_authenticated:
        return f"user {request.user.pk}"
    return f"address {whose_address(request.META.get('REMOTE_ADDR', ''))}"


def limited(buckets: Buckets, *methods: str) -> Callable[[View], View]:
    """Answer 429 to a caller who comes to a view too often by `methods`."""

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
            if (
                settings.JISHI_RATE_LIMITS
                and request.method in methods
                and buckets.wait_s(caller_of(request))
            ):
                return too_many_requests(request)
            return view(request, *args, **given)

        return answer

    return wrap
