"""Where a person lands after signing in: staff at the desk, everybody else at their own list."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from jishi.platform import access
from jishi.platform.clock import SystemClock


class Landing(DefaultAccountAdapter):
    """Choose the landing page by the grants in force."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the desk's address for whoever holds a grant, else that of one's own list."""
        permits = access.permits_of(request.user, SystemClock().now_ms())  # type: ignore[arg-type]
        return reverse("desk:home" if permits else "participant:home")
