"""Which version of the law a request asks, on which day, and which page of a list."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from django.http import HttpRequest
from ninja import Field, Schema

from jishi.apps.packs.api import pack_of
from jishi.kernel.fault import Fault
from jishi.kernel.rules.rule import Rule
from jishi.web.api_v1.law_shapes import AsOf, PackHash
from jishi.web.public.law.edition import Edition
from jishi.web.public.law.export import pack_head
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import market_pack, site

Row = TypeVar("Row")


class EditionQuery(Schema):
    """Ask an older version, or the law of another day."""

    as_of: AsOf = None
    pack: PackHash = None


class PageQuery(EditionQuery):
    """Ask for one page."""

    q: str = Field("", max_length=100, description="words; all of them must be found")
    cursor: str | None = Field(None, pattern="^[0-9]{1,7}$")
    size: int = Field(50, ge=1, le=500)


def read_edition(request: HttpRequest, as_of: str | None, pack: str | None) -> Edition:
    """Give the edition asked; Faults `api.day`, `pack.version.unknown`."""
    version = pack_of(pack) if pack else market_pack()
    if as_of is None:
        return Edition(version, site().day(ctx_of(request).now_ms()), named=pack or "")
    try:
        return Edition(version, date.fromisoformat(as_of), as_of, pack or "")
    except ValueError as error:
        raise Fault("api.day", value=as_of) from error


def find_rule(edition: Edition, rule_id: str) -> Rule:
    """Give a rule; Fault `rules.rule.unknown` naming the nearest."""
    try:
        return edition.pack.law.rule(rule_id)
    except Fault as fault:
        raise Fault("rules.rule.unknown", id=rule_id, valid=fault.params["valid"]) from fault


def page_of(edition: Edition, found: Sequence[Row], query: PageQuery) -> tuple[Sequence[Row], dict[str, Any]]:
    """Cut one page out of a list; give its rows, and what stands around them in the answer."""
    start = int(query.cursor or 0)
    following = start + query.size
    after = str(following) if following < len(found) else None
    return found[start:following], pack_head(edition) | {"next": after, "total": len(found)}
