"""Which edition of the law a page speaks of: the pack, the day it is asked at, and links that keep both."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.apps.packs.api import Pack, pack_of
from jishi.kernel.rules.rule import Words
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack, site

AS_OF, PACK = "as_of", "pack"


@dataclass(frozen=True)
class Edition:
    """One version of the pack read on one day; `asked` is the day as the address says it, if it does."""

    pack: Pack
    day: date
    asked: str = ""
    named: str = ""
    trouble: str = ""

    @property
    def on(self) -> int:
        """Give the day as an ordinal."""
        return self.day.toordinal()

    def link(self, name: str, *args: str, **query: Any) -> str:
        """Give the address of a page of the law in this edition of the pack."""
        params = {key: value for key, value in query.items() if value not in (None, "")}
        if self.named:
            params[PACK] = self.named
        return reverse(f"public:law:{name}", args=args) + (f"?{urlencode(params)}" if params else "")

    def rule_link(self, rule_id: str, row: str = "") -> str:
        """Give the address of a rule, or of one row of it, on the day asked."""
        return self.link("rule", rule_id, as_of=self.asked) + (f"#row-{row}" if row else "")


def law_of(request: HttpRequest) -> Pack:
    """Give the pack whose law the pages show: the version an address names by its hash, else the one in force."""
    named = request.GET.get(PACK, "").strip()
    return pack_of(named) if named else market_pack()


def edition_of(request: HttpRequest) -> Edition:
    """Read which edition an address asks for; an unreadable day stands for today and is told of."""
    pack, today = law_of(request), site().day(ctx_of(request).now_ms())
    asked = (request.POST.get(AS_OF) or request.GET.get(AS_OF, "")).strip()[:20]
    named = request.GET.get(PACK, "").strip()[:64]
    if not asked:
        return Edition(pack, today, named=named)
    try:
        day = date.fromisoformat(asked)
        return Edition(pack, day, day.isoformat(), named)
    except ValueError:
        said = _("Day of the law: write a date such as 2020-11-24.")
        return Edition(pack, today, named=named, trouble=said)


def word(pair: Words | None) -> str:
    """Give a wording of the pack in the language of the page."""
    return "" if pair is None else pair[language() == "en"]


def day_text(ordinal: int) -> str:
    """Write a day ordinal; the first days of all stand for a beginning that is not known."""
    return "" if ordinal <= 1 else date.fromordinal(ordinal).isoformat()
