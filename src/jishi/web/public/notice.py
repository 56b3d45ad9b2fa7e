"""Notices as a reader wants them: a title by kind, and what was published with each."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.platform.evidence import read_stream
from jishi.web.shell.moment import instant_text
from jishi.web.shell.money import money_text
from jishi.web.shell.site import language

KINDS = {
    "notice": gettext_lazy("Notice of listing"),
    "supplement": gettext_lazy("Supplementary notice"),
    "suspension": gettext_lazy("Notice of suspension"),
    "resumption": gettext_lazy("Notice of resumption"),
    "extension": gettext_lazy("Notice of extension"),
    "termination": gettext_lazy("Notice of termination"),
    "increment": gettext_lazy("Notice of a new increment"),
    "outage": gettext_lazy("Notice of an outage"),
    "approval": gettext_lazy("Approval of a lower start price"),
    "result": gettext_lazy("Notice of the result"),
    "default": gettext_lazy("Notice of the winner's default"),
}
GRANTS = {
    "auction": gettext_lazy("Notice of auction"),
    "tender": gettext_lazy("Notice of tender"),
    "package": gettext_lazy("Notice of tender"),
}
"""How land is granted beside listing -> what its notice is called (招标拍卖挂牌公告)."""
FIELDS = {
    "listing_start": gettext_lazy("Listing opens"),
    "listing_end": gettext_lazy("Listing closes"),
    "registration_end": gettext_lazy("Registration closes"),
    "start_price_fen": gettext_lazy("Start price"),
    "increment_fen": gettext_lazy("Increment"),
    "deposit_fen": gettext_lazy("Bid deposit"),
    "cap_fen": gettext_lazy("Cap"),
}


def kind_of(notice: Any) -> str:
    """Name the kind of a notice; one that opens a sale is named after the way of selling."""
    if notice.kind == "notice" and notice.offering.factor != "land":
        return _("Notice of sale")
    if notice.kind == "notice" and notice.offering.mechanism in GRANTS:
        return str(GRANTS[notice.offering.mechanism])
    return str(KINDS.get(notice.kind, notice.kind))


def say_outage(notice: Any) -> str:
    """Say when the server was down and that the time was given back; "" for any other notice."""
    if notice.kind != "outage":
        return ""
    return _(
        "The server was down from %(start)s to %(end)s: the clocks stood still, and the time was given back."
    ) % {
        "start": instant_text(notice.body["stopped_ms"], "second"),
        "end": instant_text(notice.body["resumed_ms"], "second"),
    }


def title_of(notice: Any) -> str:
    """Return the title of a notice: its kind, the lot's number and title."""
    return _("%(kind)s: %(number)s %(title)s") % {
        "kind": kind_of(notice),
        "number": notice.offering.number,
        "title": notice.title,
    }


def list_changes(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (name, new value) of every term a notice changed."""
    changes = body.get("changes") or {name: body[name] for name in FIELDS if name in body}
    return [(str(FIELDS.get(name, name)), _say(name, value)) for name, value in changes.items()]


def published_terms(notice: Any) -> dict[str, Any] | None:
    """Return what the evidence log holds of a notice or supplement: terms, lot, limits; None for any other kind."""
    if notice.kind not in ("notice", "supplement"):
        return None
    entries = read_stream(notice.offering.stream, ["NoticePublished", "NoticeSupplemented"])
    said = (json.loads(entry.data) for entry in entries)
    return next((data for data in said if data["notice"] == notice.id), None)


def list_published(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (name, value) of the terms that stand in a published notice."""
    known = {**data["terms"], "deposit_fen": data.get("deposit_fen")}
    return [(str(label), _say(name, known[name])) for name, label in FIELDS.items() if known.get(name)]


def _say(name: str, value: Any) -> str:
    if name.endswith("_fen") and isinstance(value, int):
        return money_text(value, language())
    return instant_text(value) if isinstance(value, int) and name in FIELDS else str(value)
