"""Roles that ask for a second factor (双因素): without one shown in this session, a person acts without these roles.

At the desk such a person is led to the page that sets one up, or that asks for its code. A program's token shows no
second factor, so it never carries these roles.
"""

from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.platform.context import Permit


def keep_shown(request: HttpRequest, permits: tuple[Permit, ...]) -> tuple[Permit, ...]:
    """Return the permits that hold in this session."""
    demanded = settings.JISHI_SECOND_FACTOR
    if not any(permit.role in demanded for permit in permits) or _is_shown(request):
        return permits
    return tuple(permit for permit in permits if permit.role not in demanded)


def lead(request: HttpRequest) -> HttpResponse:
    """Lead a person to where the second factor is shown, or first set up."""
    if is_mfa_enabled(request.user):
        said = _("Your role asks for a second factor: give a code of your authenticator app.")
        messages.info(request, said)
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}")
    said = _(
        "Your role asks for a second factor: set up an authenticator app; its next code then opens the desk."
    )
    messages.info(request, said)
    return redirect("mfa_activate_totp")


def _is_shown(request: HttpRequest) -> bool:
    if not hasattr(request, "session"):
        return False
    records = get_authentication_records(request, request.user)
    by_it = any(each.get("method") == "mfa" for each in records)
    return by_it and is_mfa_enabled(request.user)
