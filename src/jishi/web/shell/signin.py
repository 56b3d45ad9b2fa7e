"""Where a person lands after signing in, and what ends with an old password."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from jishi.platform import access, account
from jishi.platform.clock import SystemClock
from jishi.platform.context import Context


class Landing(DefaultAccountAdapter):
    """Choose the landing page by the grants in force: staff at the desk, everybody else at their own list."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the desk's address for whoever holds a grant, else that of one's own list."""
        permits = access.permits_of(request.user, SystemClock().now_ms())  # type: ignore[arg-type]
        return reverse("desk:home" if permits else "participant:home")

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Store a changed or reset password; tokens and bid tickets end with the old one."""
        account.change_password(Context(), user, password)  # type: ignore[arg-type]
