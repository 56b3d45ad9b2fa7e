"""An officer's own key to reserve prices, guarded by a passphrase nobody else knows."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market.actions.reserve import has_officer_key, register_officer_key
from jishi.kernel.fault import Fault
from jishi.platform.access import require
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.shell.posting import ctx_of, show_fault


class KeyForm(forms.Form):
    """Choose a passphrase, twice."""

    fault_fields = {"sealing.passphrase": "passphrase"}
    passphrase = forms.CharField(
        label=gettext_lazy("Passphrase"),
        min_length=12,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters. Nobody can restore it."),
    )
    again = forms.CharField(
        label=gettext_lazy("The same again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Hold both to be the same."""
        data: dict[str, Any] = super().clean() or {}
        if "passphrase" in data and data["passphrase"] != data.get("again"):
            raise ValidationError({"again": _("The two passphrases differ.")})
        return data


@desk_page("GET", "POST")
def register_key(request: HttpRequest) -> HttpResponse:
    """Make one's key; a new one would not open what the old one sealed, so it is made once."""
    ctx = ctx_of(request)
    require(ctx, "reserve.seal")
    has_key = has_officer_key(ctx.actor.user_id or 0)
    form = KeyForm(request.POST or None)
    if not has_key and form.is_valid():
        try:
            register_officer_key(ctx, form.cleaned_data["passphrase"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Your key is made; reserve prices can now be sealed to you."))
            return redirect("desk:officer_key")
    return render_desk(request, "desk/officer_key.html", {"form": form, "has_key": has_key})
