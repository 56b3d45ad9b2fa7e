"""The stages of an auction as terms: read with their defaults, refused by number and field."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.auction import AUCTION
from jishi.kernel.mechanism.auction_stage import STAGES
from jishi.kernel.mechanism.field import FRAME_FIELDS
from tests.house.test_words import sentences
from tests.kernel.auction_room import CAPPED, DRAW, RAISE, SEALING, TERMS

SHARE = {"kind": "second_quantity", "unit": "share_bp", "span_ms": 50}
QUOTE = {"kind": "sealed_quote", "span_ms": 50}
LOTTERY = {"kind": "lottery", "span_ms": 50}
RIGHT = {"kind": "first_refusal", "span_ms": 50}
DRAWN_RIGHT = {**RIGHT, "tie": "next"}


def fault_of(*stages: Any, **terms: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Fault) as caught:
        AUCTION.read_terms({**TERMS, "stages": list(stages), **terms})
    return caught.value.code, caught.value.params


@pytest.mark.parametrize(
    ("stage", "code", "field"),
    [
        ({**SHARE, "colour": 1}, "auction.stage.unknown", "colour"),
        ({"kind": "second_quantity", "unit": "x"}, "auction.stage.missing", "span_ms"),
        ({**SHARE, "span_ms": "50"}, "auction.stage.value", "span_ms"),
        ({**SHARE, "span_ms": 0}, "auction.stage.least", "span_ms"),
        ({**SHARE, "least": 2, "most": 1}, "auction.stage.least", "most"),
        ({**SHARE, "wins": "dearest"}, "auction.stage.choice", "wins"),
        ({**QUOTE, "wins": "lowest"}, "auction.stage.choice", "wins"),
        ({**SHARE, "unit": " "}, "auction.stage.form", "unit"),
        ({**QUOTE, "below_fen": 150}, "auction.stage.least", "below_fen"),
        ({**RIGHT, "grounds": ["tenant", " "]}, "auction.stage.form", "grounds"),
        ({"kind": "raffle"}, "auction.stage.kind", None),
        ({"kind": ["lottery"]}, "auction.stage.kind", None),
        ({}, "auction.stage.kind", None),
        ("lottery", "auction.stage.kind", None),
    ],
)
def test_a_wrong_field_is_named_with_its_stage(stage: Any, code: str, field: str | None) -> None:
    sealing = SEALING if isinstance(stage, dict) and stage.get("kind") == "sealed_quote" else None
    said, params = fault_of(CAPPED, stage, sealing=sealing)
    assert (said, params["stage"], params.get("field")) == (code, 2, field)


@pytest.mark.parametrize(
    ("stages", "code", "stage"),
    [
        ((), "auction.stages.ascending", 1),
        ((LOTTERY,), "auction.stages.ascending", 1),
        ((CAPPED, RAISE), "auction.stages.ascending", 2),
        ((CAPPED, RIGHT, SHARE), "auction.stages.first_refusal", 2),
        ((CAPPED, LOTTERY, RIGHT, RIGHT), "auction.stages.first_refusal", 3),
        ((RAISE, RIGHT, LOTTERY), "auction.stages.unreached", 3),
        ((RAISE, DRAWN_RIGHT), "auction.stages.nothing_follows", 2),
        ((RAISE, DRAWN_RIGHT, {"kind": "lottery"}), "auction.stages.lottery_span", 3),
        ((CAPPED, LOTTERY, DRAWN_RIGHT, LOTTERY), "auction.stages.one_filing", 4),
        ((CAPPED, QUOTE, DRAWN_RIGHT, LOTTERY), "auction.stages.one_filing", 4),
        (({**CAPPED, "cap_fen": None, "accept_ms": 5}, SHARE), "auction.stage.accept", 1),
        (({**CAPPED, "at_cap": "first", "accept_ms": 5},), "auction.stage.accept", 1),
        ((CAPPED,), "auction.stages.nothing_follows", 1),
        ((CAPPED, RIGHT), "auction.stages.nothing_follows", 1),
        ((CAPPED, {**SHARE, "tie": "next"}), "auction.stages.nothing_follows", 2),
        ((RAISE, SHARE), "auction.stages.unreached", 2),
        (({**RAISE, "at_cap": "next"}, SHARE), "auction.stages.unreached", 2),
        ((CAPPED, SHARE, LOTTERY), "auction.stages.unreached", 3),
        ((CAPPED, QUOTE, SHARE), "auction.stages.unreached", 3),
        ((CAPPED, LOTTERY, QUOTE), "auction.stages.unreached", 3),
        ((CAPPED, QUOTE, LOTTERY), "auction.stages.lottery_span", 3),
        ((CAPPED, {"kind": "lottery"}), "auction.stages.lottery_span", 2),
        (({**RAISE, "cap_fen": 99},), "auction.stage.least", 1),
        (({**RAISE, "greatest_increment_fen": 9},), "auction.stage.least", 1),
    ],
)
def test_an_order_of_stages_that_cannot_be_run_is_refused(stages: Any, code: str, stage: int) -> None:
    said, params = fault_of(*stages)
    assert (said, params["stage"]) == (code, stage)


@pytest.mark.parametrize(
    ("stages", "terms", "code"),
    [
        ((CAPPED, LOTTERY), {"sealing": SEALING}, "auction.terms.needed"),
        ((CAPPED, LOTTERY), {"draw_commitment": "00" * 32}, "auction.terms.needed"),
        ((CAPPED, QUOTE), {}, "auction.terms.needed"),
        ((CAPPED, QUOTE), DRAW, "auction.terms.needless"),
        ((CAPPED, SHARE), {"sealing": SEALING}, "auction.terms.needless"),
        ((CAPPED, LOTTERY), {**DRAW, "sealing": {**SEALING, "suite": "sm"}}, "lottery.suite"),
        ((CAPPED, QUOTE), {"sealing": {"suite": "sm"}}, "sealed.sealing"),
        ((RAISE,), {"least_bidders": 3, "registration_end": 101}, "auction.terms.registration"),
        ((RAISE,), {"start_price_fen": 0}, "mechanism.terms.least"),
        ((RAISE,), {"too_few": "sole"}, "auction.terms.too_few"),
    ],
)
def test_terms_that_do_not_go_with_the_stages_are_refused(stages: Any, terms: Any, code: str) -> None:
    assert fault_of(*stages, **terms)[0] == code


def test_the_sealed_quote_alone_may_use_either_suite() -> None:
    sealing = {**SEALING, "suite": "sm"}
    assert AUCTION.read_terms({**TERMS, "stages": [CAPPED, QUOTE], "sealing": sealing})["sealing"] == sealing


def test_terms_are_read_with_defaults_and_again_the_same() -> None:
    stages: list[dict[str, Any]] = [CAPPED, {**SHARE, "tie": "next"}, QUOTE, {"kind": "lottery"}, RIGHT]
    terms = AUCTION.read_terms({**TERMS, "stages": stages, **DRAW})
    assert terms["stages"][1] == {
        **SHARE,
        "least": 0,
        "most": None,
        "step": 1,
        "wins": "highest",
        "tie": "next",
    }
    assert [list(stage) for stage in terms["stages"]] == [
        ["kind", *(field.name for field in STAGES[stage["kind"]])] for stage in stages
    ]
    assert AUCTION.read_terms(json.loads(json.dumps(AUCTION.dump_terms(terms)))) == terms
    assert AUCTION.model[: len(FRAME_FIELDS)] == FRAME_FIELDS


def test_one_term_is_checked_as_the_whole_is() -> None:
    AUCTION.check_term("stages", [CAPPED, SHARE])
    for value in ([RAISE, SHARE], [], "x"):
        with pytest.raises(Fault):
            AUCTION.check_term("stages", value)


def test_every_code_of_a_stage_has_its_sentence() -> None:
    for kind in ("unknown", "missing", "value", "least", "most", "choice", "form"):
        assert sentences()[f"auction.stage.{kind}"].keys() == {"zh", "en"}


@pytest.mark.parametrize("kind", STAGES)
def test_the_page_states_every_field_of_a_stage(kind: str) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "mechanisms" / "auction.md").read_text("utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith(f"| `{kind}` | `")]
    fields = re.findall(r"`(\w+)`", row)
    assert [field.name for field in STAGES[kind]] == [name for name in fields if name in _names(kind)]
    assert set(fields) - _names(kind) <= {kind, *_choices(kind), "sealed_quote"}


def _names(kind: str) -> set[str]:
    return {field.name for field in STAGES[kind]}


def _choices(kind: str) -> set[str]:
    return {choice for field in STAGES[kind] for choice in field.choices}
