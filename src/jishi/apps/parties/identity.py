"""What a party says of itself, checked: name, code, contact; and what others may see of it."""

from dataclasses import dataclass, fields
from typing import Any

from jishi.kernel.codes.resident import check_resident, mask_resident
from jishi.kernel.codes.uscc import check_uscc
from jishi.kernel.fault import Fault
from jishi.kernel.spelling import visible

ORGANISATION, PERSON = "organisation", "person"
KINDS = (ORGANISATION, PERSON)
LONGEST = 120


@dataclass(frozen=True, slots=True)
class PartyForm:
    """Ask to register a party: its unified social credit code (统一社会信用代码) or resident ID number.

    `verified_how` names the check of identity behind the request; the shipped one is a sandbox.
    """

    kind: str
    name: str
    code: str
    contact_name: str = ""
    contact_phone: str = ""
    verified_how: str = "sandbox"

    @property
    def public_name(self) -> str:
        """Return the name anyone may see."""
        return self.name if self.kind == ORGANISATION else mask_name(self.name)

    @property
    def public_code(self) -> str:
        """Return the code anyone may see."""
        return self.code if self.kind == ORGANISATION else mask_resident(self.code)

    @property
    def personal(self) -> dict[str, str]:
        """Return the fields to be encrypted; empty ones are left out."""
        found = {"contact_name": self.contact_name, "contact_phone": self.contact_phone}
        if self.kind == PERSON:
            found |= {"name": self.name, "code": self.code}
        return {key: value for key, value in found.items() if value}


def check_form(form: PartyForm) -> PartyForm:
    """Return the form normalised.

    Faults `parties.kind.unknown`, `parties.text.empty`, `parties.text.long`, and those of the code's check.
    """
    if form.kind not in KINDS:
        raise Fault("parties.kind.unknown", kind=str(form.kind), valid=", ".join(KINDS))
    texts: dict[str, Any] = {each.name: _plain(each.name, getattr(form, each.name)) for each in fields(form)}
    if not texts["name"]:
        raise Fault("parties.text.empty", field="name")
    check = check_uscc if form.kind == ORGANISATION else check_resident
    return PartyForm(**{**texts, "code": check(form.code)})


def _plain(field: str, text: str) -> str:
    plain = " ".join(visible(str(text)).split())
    if len(plain) > LONGEST:
        raise Fault("parties.text.long", field=field, length=len(plain), most=LONGEST)
    return plain


def mask_name(name: str) -> str:
    """Keep the first character of a person's name.

    >>> mask_name("张三丰")
    '张**'
    """
    return name[:1] + "*" * max(1, len(name) - 1)
