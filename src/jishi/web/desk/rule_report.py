"""The report on a draft in the reader's language: what stops it, what to look at, whose answer changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.platform.words import say
from jishi.web.shell.site import language

KINDS = ("error", "warning", "note")
Kept = Mapping[str, Any]


@dataclass(frozen=True)
class Remark:
    """One thing found: its sentence, where it is, the file to open; `stood` if the version in force has it too."""

    level: str
    text: str
    file: str = ""
    url: str = ""
    stood: bool = False


@dataclass(frozen=True)
class Report:
    """What the page shows of a report."""

    stops: bool
    errors: list[Remark]
    remarks: list[Remark]
    impact: Kept | None
    rules: list[Kept]
    reasons: list[tuple[str, int]]
    parts: list[Kept]
    cases: int


def say_report(kept: Kept, draft_id: str) -> Report:
    """Say a kept report."""
    lang = language()
    remarks = [*_problems(kept, draft_id, lang), *_findings(kept, draft_id, lang)]
    impact = kept["impact"]
    return Report(
        stops=kept["stops"],
        errors=[each for each in remarks if each.level == "error" and not each.stood],
        remarks=[each for each in remarks if each.level != "error" or each.stood],
        impact=impact,
        rules=[say_rule(each, lang) for each in impact["rules"]] if impact else [],
        reasons=sorted(impact["reasons"].items()) if impact else [],
        parts=[{**each, "word": _part_word(each)} for each in kept["parts"]],
        cases=kept["cases"],
    )


def say_rule(told: Kept, lang: str) -> dict[str, Any]:
    """Give the changes of one rule in one language."""
    return {
        "rule": told["rule"],
        "url": reverse("public:law:rule", args=[told["rule"]]),
        "title": told["title"][lang],
        "asked": told["asked"],
        "changed": told["changed"],
        "ways": [(each["before"][lang], each["after"][lang], each["count"]) for each in told["ways"]],
        "examples": [
            {**each, "facts": each["facts"][lang], "was": each["before"][lang], "is": each["after"][lang]}
            for each in told["examples"]
        ],
    }


def _problems(kept: Kept, draft_id: str, lang: str) -> Iterator[Remark]:
    for each in (*kept["problems"], *kept["failed"]):
        said = say(each["code"], each["params"], lang)
        text = f"{each['place']}: {said}" if each["place"] else said
        stood = each.get("stood", False)
        yield Remark("error", text, each["file"], file_url(draft_id, each["file"]), stood)


def _findings(kept: Kept, draft_id: str, lang: str) -> Iterator[Remark]:
    ordered = sorted(kept["findings"], key=lambda each: (each["stood"], KINDS.index(each["level"])))
    for each in ordered:
        file = f"rules/{each['rule']}.toml" if each["rule"] else ""
        said = say(each["code"], each["params"], lang)
        text = f"{each['rule']}: {said}" if each["rule"] else said
        yield Remark(each["level"], text, file, file_url(draft_id, file), each["stood"])


def file_url(draft_id: str, file: str) -> str:
    """Give the address of a file in the editor; none for a place that is no file."""
    return reverse("desk:draft_file", args=[draft_id, file]) if file and "*" not in file else ""


def _part_word(part: Kept) -> str:
    kinds = {
        "fact": _("Fact"),
        "parameter": _("Number"),
        "clause": _("Clause"),
        "rule": _("Rule"),
        "row": _("Row"),
    }
    hows = {"added": _("added"), "removed": _("removed"), "changed": _("changed")}
    return f"{kinds[part['kind']]} · {hows[part['how']]}"
