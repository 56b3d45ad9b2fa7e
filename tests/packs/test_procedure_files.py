"""A procedure file that cannot be run does not load: each error names file, key, value and what would be valid."""

import re
from pathlib import Path

import pytest

from jishi.apps.packs import api as packs
from jishi.apps.packs.procedures.diagram import mermaid, svg
from tests.apps.procedures.made_law import COLLECTIVE, FILES, write_pack

ENTRY = "procedures/land.test_entry.toml"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("law") / "pack", FILES)


def problems(root: Path, old: str, new: str) -> list[tuple[str, str, str, str]]:
    """Break one file, and give (code, key, value, valid) of every problem."""
    assert old in COLLECTIVE
    (root / ENTRY).write_text(COLLECTIVE.replace(old, new, 1), "utf-8")
    try:
        found = packs.check_pack(root)
    finally:
        (root / ENTRY).write_text(COLLECTIVE, "utf-8")
    assert all(each.file == ENTRY and str(each) for each in found)
    return [(each.code, each.key, each.value, each.valid) for each in found]


def test_the_files_of_the_tests_are_sound(root: Path) -> None:
    assert packs.check_pack(root) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('next = "burden"', 'next = "burdn"',
         ("pack.unknown_name", "step[fee].decision[paid].next", "burdn", "burden")),
        ('next = "lift"', 'next = "burden"', ("procedure.unreachable", "lift", "lift", "")),
        ('limit = "land.notice_min_days"', 'limit = "land.notice_days"',
         ("pack.unknown_limit", "step[show].clock.limit", "land.notice_days", "land.notice_min_days")),
        ('role = "treasurer"', 'role = "cashier"', ("pack.bad_value", "step[fee].role", "cashier", "")),
        ('outcome = "closed"', 'outcome = "refused"', ("pack.no_remedy", "end[stopped]", "stopped", "remedies")),
        ('overdue = "quiet"', 'overdue = "silence"',
         ("pack.unknown_name", "step[show].clock.overdue", "silence", "")),
        ('by = "clock"\n', "", None),
        ('value = "form.price"', 'value = "form.prize"',
         ("pack.unknown_name", "step[show].publicity.line[price].value", "form.prize", "leader, price")),
        ('data = { price = "form.price"', 'data = { price = "form.leader"',
         ("pack.field_type", "step[show].decision[quiet].write[1].data.price", "form.leader", "money")),
        ('data = { price = "form.price"', 'data = { cost = "form.price"',
         ("pack.unknown_field", "step[show].decision[quiet].write[1].data.cost", "cost", "")),
        ('encumbrance = "pledge"', 'encumbrance = "lien"',
         ("pack.unknown_name", "step[burden].decision[enter].write[1].encumbrance", "lien", "pledge")),
        ('state = "registered"', 'state = "entered"',
         ("pack.unknown_state", "step[burden].decision[enter].write[2].state", "entered", "")),
        ('entry = "right"', 'entry = "rights"',
         ("pack.unknown_name", "step[burden].decision[enter].write[1].entry", "rights", "right")),
        ('document = "mandate"', 'document = "mandat"',
         ("pack.unknown_name", "[township].document", "mandat", "mandate")),
        ('amount = 8000', 'amount = "form.price +"', ("mapping.syntax", "step[fee].fee.amount", "form.price +", "")),
        ('number = "TE"', 'number = "RP"', ("pack.twice", "number", "RP", "")),
        ('cites = ["土地管理法 63"]\n\n[start]', 'cites = ["土地管理法 630"]\n\n[start]',
         ("pack.unknown_clause", "cites", "土地管理法 630", "土地管理法 63")),
        ('role = "treasurer"', 'role = "treasurer"\nrest = {}',
         ("pack.unknown_name", "step[fee].rest", "treasurer", "applicant")),
        ('role = "treasurer"', 'role = "applicant"\nrest = { window = "land.notice_min_days" }',
         ("pack.unknown_name", "step[fee].rest.window", "land.notice_min_days", "until")),
        ('role = "treasurer"', 'role = "applicant"\nrest = { until = "form.day", window = "land.notice_days" }',
         ("pack.unknown_limit", "step[fee].rest.window", "land.notice_days", "land.notice_min_days")),
        ('role = "treasurer"', 'role = "applicant"\nrest = { until = "form.day" }',
         ("pack.unknown_name", "step[fee].rest.until", "form.day", "leader, price")),
        ('act = "lift"', 'act = "prolong"',
         ("pack.field_unmapped", "step[lift].decision[release].write[1].until", "prolong", "until")),
        ('kinds = ["organisation"]', "", ("pack.start_detail", "start", "application", "kinds")),
        ('required = true\nmasked', 'when = "prise > yuan(1)"\nmasked',
         ("rules.unknown_fact", "field[leader].when", "prise > yuan(1)", "price")),
        ('required = true\nmasked', 'required = true\nfills = { leader = "title" }\nmasked',
         ("pack.unknown_name", "field[leader].type", "text", "offering")),
        ('required = true\nmasked', 'required = true\nfills = { price = "title" }\nmasked',
         ("pack.unknown_name", "field[leader].fills.title", "price", "leader")),
    ],
)  # fmt: skip
def test_what_cannot_run_is_named(
    root: Path, old: str, new: str, expected: tuple[str, str, str, str] | None
) -> None:
    found = problems(root, old, new)
    if expected is None:
        assert found == []  # a person may take what a clock takes as well
        return
    code, key, value, valid = expected
    assert any(each[:3] == (code, key, value) and valid in each[3] for each in found), found


def test_a_procedure_is_drawn_in_both_languages() -> None:
    pack = packs.default_pack()
    for kind in pack.procedures.values():
        for language in ("zh", "en"):
            drawn = svg(pack, kind, language, at=kind.steps[0].id)
            assert all(step.title.say(language)[:6].split("&")[0] in drawn for step in kind.steps)
            assert "<script" not in drawn and " style=" not in drawn and "…" not in drawn
            assert mermaid(kind, language).count("state ") == len(kind.steps) + len(kind.ends)


def test_a_way_back_into_the_same_step_is_a_bow_not_a_point() -> None:
    pack = packs.default_pack()
    drawn = svg(pack, pack.procedures["capital.pledge"], "en")
    bows = [re.findall(r" (\d+)", way) for way in re.findall(r'd="(M[^"]*Q[^"]*)"', drawn)]
    assert bows and all(int(way[0]) - int(way[-1]) >= 20 for way in bows)
