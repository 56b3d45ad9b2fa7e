"""Rows of a list or a table: each model's parts are shown and read back, arranged without script, faulted in place."""

import re
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from jishi.apps.packs.api import default_pack
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.auction_stage import STAGES
from jishi.kernel.mechanism.field import KINDS, Field, Model
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.kernel.mechanism.registry import MECHANISMS
from jishi.platform.words.stated import PARTS
from jishi.web.desk import offerings
from jishi.web.desk.part_rows import Row, Rows, RowsField, make_term
from tests.web.stating import ASCENDING, CRITERION, LOTS, Sent, enter, rows, save, shown, typed
from tests.web.stating import STAGES as CAPPED
from tests.web.world import World

TERMS = {
    field.name: field
    for mechanism in MECHANISMS
    for field in mechanism.model
    if KINDS[field.kind] in ("list", "object") and field.name != "sealing"
}
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)
LANGUAGES = st.sampled_from(["zh-hans", "en"])
AUCTION, TENDER = "land.state_grant_auction:auction", "land.state_grant_auction:tender"
PACKAGE, LOTTERY = "land.state_grant_auction:package", "labour.talent_housing:lottery"


class TermForm(forms.Form):
    """A form of one term."""

    def __init__(self, term: Field, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.update(make_term(term, term.name))


def test_every_list_and_table_of_every_mechanism_has_rows() -> None:
    assert TERMS.keys() == {"stages", *PARTS}
    assert all(isinstance(make_term(term, "")[name], RowsField) for name, term in TERMS.items())


def values(field: Field) -> st.SearchStrategy[Any]:
    """Draw what a field of a part may hold."""
    if KINDS[field.kind] == "integer":
        return st.integers(field.lower or 0, field.most or MAX_INTEGER)
    if field.choices:
        return st.sampled_from(field.choices)
    return {"flag": st.booleans(), "list": st.lists(WORDS)}.get(field.kind, WORDS)


def parts(model: Model, **fixed: str) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a part of a model: every field but those that may be empty, which a form does not tell from absent."""
    own = {field.name: values(field) for field in model}
    may = {field.name for field in model if field.optional}
    always = {name: drawn for name, drawn in own.items() if name not in may}
    fixed_values = {name: st.just(value) for name, value in fixed.items()}
    return st.fixed_dictionaries({**always, **fixed_values}, optional={name: own[name] for name in may})


STATED = {
    "stages": st.lists(st.one_of(*(parts(model, kind=kind) for kind, model in STAGES.items())), min_size=1),
    "criteria": st.lists(parts(PARTS["criteria"]), min_size=1, unique_by=lambda each: each["id"]),
    "lots": st.lists(parts(PARTS["lots"]), min_size=1, unique_by=lambda each: each["lot"]),
    "credit_bp": st.lists(values(PARTS["credit_bp"][0]), min_size=1),
    "weights": st.dictionaries(WORDS, values(PARTS["weights"][1]), min_size=1),
}


@given(
    st.sampled_from(sorted(STATED)).flatmap(lambda name: st.tuples(st.just(name), STATED[name])), LANGUAGES
)
def test_what_rows_show_is_read_back(stated: tuple[str, Any], lang: str) -> None:
    name, value = stated
    with override(lang):
        sent = query(shown(TermForm(TERMS[name], initial={name: value})))
        form = TermForm(TERMS[name], sent)
        assert form.is_valid(), form.errors
    assert form.cleaned_data[name] == value


def query(sent: Sent) -> QueryDict:
    """Make of what a browser sends what a form reads."""
    made = QueryDict(mutable=True)
    for name, text in sent.items():
        made.setlist(name, text if isinstance(text, list) else [text])
    return made


def test_no_row_is_no_value() -> None:
    for name, term in TERMS.items():
        form = TermForm(term, query({}))
        assert form.is_valid() is term.optional
        assert form.errors or form.cleaned_data[name] is None


def arranged(*buttons: tuple[str, str], lots: Sent = LOTS) -> list[Row]:
    """Press buttons one after another; return the rows that stand then."""
    sent = lots
    for button, value in buttons:
        bound = TermForm(TERMS["lots"], query({**sent, f"lots-{button}": value}))["lots"]
        assert isinstance(bound, Rows) and bound.asked == (button, value)
        found = bound.rearranged()
        sent = {"lots-row": [row.number for row in found]}
        for row in found:
            sent |= shown(row)
    return found


@pytest.mark.parametrize(
    ("buttons", "left"),
    [
        ([("add", "")], ["甲", "乙", None]),
        ([("remove", "0")], ["乙"]),
        ([("remove", "0"), ("add", "")], ["乙", None]),
        ([("up", "1")], ["乙", "甲"]),
        ([("down", "0")], ["乙", "甲"]),
        ([("up", "0")], ["甲", "乙"]),
        ([("down", "1")], ["甲", "乙"]),
        ([("remove", "7")], ["甲", "乙"]),
        ([("remove", "0"), ("remove", "1")], []),
        ([("add", ""), ("up", "2"), ("up", "2")], [None, "甲", "乙"]),
    ],
)
def test_rows_are_added_removed_and_moved(buttons: list[tuple[str, str]], left: list[str | None]) -> None:
    assert [row["lot"].value() for row in arranged(*buttons)] == left


def test_what_cannot_be_read_stays_as_typed_while_rows_move() -> None:
    wrong = rows("lots", {"lot": "", "reserve_fen": "about a million"}, {"lot": "乙", "reserve_fen": "0"})
    found = arranged(("down", "0"), ("add", ""), lots=wrong)
    assert [row["reserve_fen"].value() for row in found] == ["0", "about a million", None]
    assert not any(row.errors for row in found)


def open_form(world: World, key: str) -> tuple[Client, str]:
    """Return a clerk, and the address of the form of a way."""
    product = default_pack().product(key.partition(":")[0])
    return world.client("clerk"), f"/desk/offerings/new/{enter(product)}/?way={key}"


def test_a_button_without_script_shows_the_whole_form_again_unjudged(world: World) -> None:
    clerk, address = open_form(world, AUCTION)
    sent = typed(clerk, address, {"title": "另名", "start_price_fen": "soon", "joint_allowed": ""})
    del sent["joint_allowed"]
    page = clerk.post(address, {**sent, "stages-add": "", "stages-new": "second_quantity"})
    form = page.context["form"]
    assert page.status_code == 200 and not form.errors and "problems" not in page.text
    assert [row.kind for row in form["stages"].rows] == ["ascending", "second_quantity"]
    kept = shown(form)
    assert kept["title"] == "另名" and kept["start_price_fen"] == "soon" and "joint_allowed" not in kept
    assert {**kept, **sent, "stages-row": ["0", "1"]} == kept, "something typed is lost"
    assert set(form["stages"].rows[1].fields) == {
        "kind",
        *(field.name for field in STAGES["second_quantity"]),
    }
    moved = clerk.post(address, {**kept, "stages-up": "1"}).context["form"]["stages"].rows
    assert [row.kind for row in moved] == ["second_quantity", "ascending"]
    left = clerk.post(address, {**kept, "stages-remove": "1"}).context["form"]["stages"].rows
    assert [row.kind for row in left] == ["ascending"]


STATES = {AUCTION: "stages", TENDER: "criteria", PACKAGE: "lots", LOTTERY: "weights"}


@pytest.mark.parametrize("key", STATES)
def test_each_button_of_a_row_names_its_row(world: World, key: str) -> None:
    (clerk, address), term = open_form(world, key), STATES[key]
    sent = {name: text for name, text in typed(clerk, address).items() if not name.startswith(f"{term}-")}
    page = clerk.post(address, {**sent, f"{term}-add": ""})
    assert re.findall(rf'<input type="hidden" name="{term}-row" value="([^"]*)">', page.text) == ["0"]
    buttons = re.findall(rf'<button [^>]*name="{term}-(\w+)" value="([^"]*)"', page.text)
    assert buttons == [("up", "0"), ("down", "0"), ("remove", "0"), ("add", "")]


def test_enter_in_a_field_asks_the_law_and_moves_no_row(world: World) -> None:
    clerk, address = open_form(world, AUCTION)
    form = re.search(r'<form class="pairs".*', clerk.get(address).text, re.DOTALL)
    first = re.search(r'<button[^>]*name="([^"]*)"', form[0]) if form else None
    assert first and first[1] == "check"


def test_a_revised_offering_shows_its_parts_in_rows(world: World) -> None:
    clerk, address = open_form(world, TENDER)
    price, scheme = (
        {**CRITERION, "weight_bp": "70%"},
        {**CRITERION, "id": "方案", "weight_bp": "30", "kind": "expert"},
    )
    more = {"method": "score", **rows("criteria", price, scheme)}
    more |= {"credit_rule": "score", **rows("credit_bp", {"level_bp": "5%"}, {"level_bp": "10%"})}
    draft = save(clerk, address, more)
    assert draft.terms["credit_bp"] == [500, 1000]
    again = f"/desk/offerings/{draft.id}/revise/"
    form = clerk.get(again).context["form"]
    assert [row["weight_bp"].value() for row in form["criteria"].rows] == ["70%", "30%"]
    assert [row["level_bp"].value() for row in form["credit_bp"].rows] == ["5%", "10%"]
    assert save(clerk, again).terms == draft.terms


CAP = {**CAPPED[0], "cap_fen": "1万元"}
SCORED = {"method": "score"}
HEAVY = {**CRITERION, "full_marks": "0"}
TWICE = [{"ground": "本地", "tickets": "2"}, {"ground": "本地", "tickets": "3"}]
MANY = [{"lot": str(number), "reserve_fen": "0"} for number in range(101)]
LEVELS = rows("credit_bp", {"level_bp": "5%"}, {"level_bp": "100%"})
WRONG: list[tuple[str, Sent, str, str, str]] = [
    (AUCTION, rows("stages", {**ASCENDING, "increment_fen": ""}), "stages-0-increment_fen", "增价幅度", "必填"),
    (AUCTION, rows("stages", {**ASCENDING, "increment_fen": "0"}), "stages-0-increment_fen", "", "0.01 元"),
    (AUCTION, rows("stages", {**ASCENDING, "round_ms": "soon"}), "stages-0-round_ms", "", "soon"),
    (AUCTION, rows("stages", CAP, CAPPED[1]), "stages-0-cap_fen", "竞价阶段 1 · 最高限价", "100 万元"),
    (AUCTION, rows("stages", ASCENDING, CAPPED[1]), "stages-1", "竞价阶段 2 · 摇号", "（摇号）不会进行"),
    (AUCTION, rows("stages", CAPPED[0]), "stages-0", "竞价阶段 1 · 逐轮加价", "（逐轮加价）可能留下多人"),
    (AUCTION, rows("stages", {"kind": "raise"}), "stages-0-kind", "", "raise"),
    (AUCTION, rows("stages"), "stages", "竞价阶段", "必填"),
    (TENDER, {**SCORED, **rows("criteria", CRITERION, CRITERION)}, "criteria-1-id", "名称", "第 1 行"),
    (TENDER, {**SCORED, **rows("criteria", {**CRITERION, "weight_bp": "60"})}, "criteria", "", "合计 60%，应恰为 100%"),
    (TENDER, {**SCORED, **rows("criteria", HEAVY)}, "criteria-0-full_marks", "满分", "1"),
    (TENDER, {"credit_rule": "surcharge", **LEVELS}, "credit_bp-1-level_bp", "扣减比例", "99.99%"),
    (PACKAGE, rows("lots", {"lot": "甲", "reserve_fen": ""}), "lots-0-reserve_fen", "底价", "必填"),
    (PACKAGE, rows("lots", {"lot": "甲", "reserve_fen": "1001亿元"}), "lots-0-reserve_fen", "", "10,000,000 万元"),
    (PACKAGE, rows("lots", *MANY), "lots", "", "101"),
    (LOTTERY, rows("weights", {"ground": "本地", "tickets": "101"}), "weights-0-tickets", "", "100"),
    (LOTTERY, rows("weights", *TWICE), "weights-1-ground", "事由", "本地"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "changed", "at", "title", "says"), WRONG)
def test_a_fault_stands_beside_the_field_of_its_row(
    world: World, key: str, changed: Sent, at: str, title: str, says: str
) -> None:
    clerk, address = open_form(world, key)
    answer = clerk.post(address, {**typed(clerk, address, changed), "save": "1"})
    assert answer.status_code == 422
    form = answer.context["form"]
    term, _, place = at.partition("-")
    assert list(form.errors) == [term]
    (text, target), *others = form[term].problems
    assert not others and title in text and says in text
    assert (
        target in (at, f"id_{at}") and f'href="#{target}"' in answer.text and f'id="{target}"' in answer.text
    )
    row, _, name = place.partition("-")
    said = form[term].rows[int(row)].errors[name or "__all__"] if row else form[term].whole
    assert len(said) == 1 and str(said[0]) in text


def test_a_fault_found_when_storing_is_said_in_its_row(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(ctx: Any, form: Any) -> None:
        raise Fault("auction.stage.least", stage=1, field="round_ms", value=1000, least=60_000)

    monkeypatch.setattr(offerings, "prepare_offering", refuse)
    clerk, address = open_form(world, AUCTION)
    answer = clerk.post(address, {**typed(clerk, address), "save": "1"})
    assert answer.status_code == 422
    (said,) = answer.context["form"]["stages"].rows[0].errors["round_ms"]
    assert "1 秒" in said and "1 分钟" in said and "round_ms" not in said
