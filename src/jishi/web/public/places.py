"""Names of divisions and land uses as a reader wants them, all from the pack."""

from django.utils.translation import gettext as _

from jishi.web.shell.site import language, market_pack


def place_name(code: str, otherwise: str = "") -> str:
    """Name a division; one the pack does not know stays as published."""
    found = market_pack().divisions.get(code)
    if found is None:
        return otherwise or code
    return found.name_en if language() == "en" else found.name_zh


def prefecture_of(code: str) -> str:
    """Return the prefecture a division lies in.

    >>> prefecture_of("220184"), prefecture_of("")
    ('220100', '')
    """
    return code[:4] + "00" if code else ""


def use_name(code: str, otherwise: str = "") -> str:
    """Name a land use by its code, of any length."""
    found = market_pack().land_uses.get(code)
    if found is None:
        return otherwise or code
    return found.name_en if language() == "en" else found.name_zh


def uses_text(lot: dict) -> str:
    """Say the uses of a lot, each with its term of years."""
    said = []
    for use in lot.get("uses", []):
        named = use_name(use["code"], use.get("name", "")) if use.get("code") else use.get("name", "")
        years = use.get("term_years")
        said.append(_("%(use)s %(years)s years") % {"use": named, "years": years} if years else named)
    return " / ".join(dict.fromkeys(said))
