"""Rules for programs: found, read, asked one case or many; whatever is sent, the answer says what would be right."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from jishi.apps.packs import api as packs
from jishi.kernel.rules.rule import kind_of

pytestmark = pytest.mark.django_db
RULE, DAY = "labour.residence_permit", "2020-11-24"
ROOT = "/api/v1/rules"
CSV, ARROW = "text/csv", "application/vnd.apache.arrow.stream"
PARQUET, JSON, LINES = "application/vnd.apache.parquet", "application/json", "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CASES = "编号,居住月数,stable_job,stable_hom\n001,6,是,\n002,5,no,\n003,six,no,\n004,7,,\n5,6\n"
OFTEN = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    """Take the limits away; they have a test of their own."""
    settings.JISHI_RATE_LIMITS = False


@pytest.fixture
def anyone() -> Client:
    """Give a browser nobody is signed in to, which reads English."""
    return Client(headers={"Accept-Language": "en"})


def decide(client: Client, facts: Any, rule: str = RULE, **more: Any) -> Any:
    body = {"facts": facts, "as_of": DAY, **more}
    return client.post(f"{ROOT}/{rule}/decide", body, content_type="application/json")


def decide_many(client: Client, body: Any, media: str = CSV, **given: Any) -> Any:
    raw = body.encode() if isinstance(body, str) else body
    query = given.pop("query", f"?as_of={DAY}")
    rule = given.pop("rule", RULE)
    return client.post(f"{ROOT}/{rule}/decide-many{query}", raw, content_type=media, **given)


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_list_pages_every_rule_once(anyone: Client) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = anyone.get(f"{ROOT}?size=100{cursor}").json()
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    pack = packs.default_pack()
    assert seen == list(pack.rules) and page["total"] == len(seen)
    assert page["pack"]["hash"] == pack.hash


def test_the_list_is_narrowed(anyone: Client) -> None:
    page = anyone.get(f"{ROOT}?area=labour&kind=table&measure=16&q=居住证").json()
    assert RULE in [each["id"] for each in page["items"]]
    (line,) = [each for each in page["items"] if each["id"] == RULE]
    assert line["kind"] == "table" and 16 in line["measures"] and line["rows"] == 2
    assert line["facts"][0] == "months_resident" and line["unconfirmed"] >= 0
    assert not anyone.get(f"{ROOT}?q=nowhere-to-be-found").json()["total"]


def test_a_rule_is_read_as_written_and_as_said(anyone: Client) -> None:
    rule = anyone.get(f"{ROOT}/{RULE}?as_of={DAY}").json()
    row = rule["rows"][0]
    assert row["when"].startswith("months_resident >= res.min_months")
    assert "Months resident ≥ 6 months" in row["said"]["when"]["en"]
    assert "居住月数 ≥ 6 个月" in row["said"]["when"]["zh"]
    assert rule["parameters"][0]["id"] == "res.min_months" and rule["facts"][0]["unit"] == "month"
    assert rule["as_of"] == DAY


@pytest.mark.parametrize("kind", ["table", "schedule", "formula", "score", "wording"])
def test_every_rule_of_every_kind_can_be_read(anyone: Client, kind: str) -> None:
    pack = packs.default_pack()
    for rule in [each for each in pack.rules.values() if kind_of(each) == kind][:12]:
        answer = anyone.get(f"{ROOT}/{rule.id}")
        assert answer.status_code == 200, (rule.id, answer.content)
        assert answer.json()["kind"] == kind


def test_derived_facts_lead_to_the_facts_that_compute_them(anyone: Client) -> None:
    pack = packs.default_pack()
    rule = next(
        each
        for each in pack.rules.values()
        if kind_of(each) == "table"
        and any(pack.facts[name].rule for name in each.facts if name in pack.facts)
    )
    shown = anyone.get(f"{ROOT}/{rule.id}").json()
    name, source = next(iter(shown["derived"].items()))
    assert pack.facts[name].rule == source
    known = {each["name"] for each in (*shown["facts"], *shown["inner"])}
    assert {each for each in pack.rules[source].facts if each in pack.facts} <= known


def test_a_case_is_decided_and_told(anyone: Client) -> None:
    told = decide(anyone, {"months_resident": 6, "stable_job": "是"}, explain=True).json()
    assert (told["answer"], told["row"], told["as_of"]) == ("granted", "resident_with_tie", DAY)
    assert told["clauses"] == ["居住证暂行条例 2"] and told["pack"] == packs.default_pack().hash
    assert told["told"]["answer"] == "May be issued" and told["told"]["why"][0]["marks"]
    said = anyone.post(
        f"{ROOT}/{RULE}/decide",
        {"facts": {}, "explain": True},
        content_type="application/json",
        headers={"Accept-Language": "zh"},
    ).json()
    assert said["told"]["answer"] == "尚不能确定" and said["missing"] and len(said["as_of"]) == 10


def test_a_case_needs_no_explanation_unless_asked(anyone: Client) -> None:
    assert "told" not in decide(anyone, {"months_resident": 5}).json()


@pytest.mark.parametrize(
    ("facts", "field", "valid"),
    [
        ({"months_residen": 6}, "facts.months_residen", "months_resident"),
        ({"months_resident": "six"}, "facts.months_resident", "6 (0 … 1200)"),
        ({"months_resident": -1}, "facts.months_resident", "6 (0 … 1200)"),
        ({"months_resident": 6.5}, "facts.months_resident", "6 (0 … 1200)"),
        ({"stable_job": [1]}, "facts.stable_job", "true, false, 是, 否"),
    ],
)
def test_a_wrong_fact_is_named_with_what_is_valid(
    anyone: Client, facts: dict[str, Any], field: str, valid: str
) -> None:
    answer = decide(anyone, facts)
    assert answer.status_code == 422 and answer.json()["code"] == "api.facts"
    (error,) = answer.json()["params"]["errors"]
    assert (error["field"], error["valid"]) == (field, valid) and error["problem"] in answer.json()[
        "sentence"
    ]


def test_every_wrong_fact_is_told_at_once(anyone: Client) -> None:
    answer = decide(anyone, {"months_resident": "six", "stable_job": "perhaps", "nothing": 1})
    assert len(answer.json()["params"]["errors"]) == 3


REFUSED = [
    ("labour.nothing", {}, 404, "rules.rule.unknown"),
    ("labour.job_advertisement", {}, 422, "rules.not_decided"),
    (RULE, {"as_of": "2020-13-01"}, 422, "api.day"),
    (RULE, {"as_of": "tomorrow"}, 422, "api.invalid"),
    (RULE, {"pack": "0" * 64}, 404, "pack.version.unknown"),
    (RULE, {"facts": [1]}, 422, "api.invalid"),
]


@pytest.mark.parametrize(("rule", "more", "status", "code"), REFUSED)
def test_a_wrong_question_is_refused(
    anyone: Client, rule: str, more: dict[str, Any], status: int, code: str
) -> None:
    answer = decide(anyone, more.get("facts", {}), rule, **{k: v for k, v in more.items() if k != "facts"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["sentence"] not in ("", code)


def test_a_version_is_asked_by_its_hash(anyone: Client) -> None:
    pack = packs.default_pack().hash
    assert decide(anyone, {"months_resident": 5}, pack=pack).json()["pack"] == pack


def test_a_text_is_looked_through(anyone: Client) -> None:
    body = {"text": "仅限男性，35岁以下", "as_of": DAY}
    answer = anyone.post(f"{ROOT}/labour.job_advertisement/scan", body, content_type=JSON).json()
    first = answer["findings"][0]
    assert (first["start"], first["end"], first["ground"]) == (0, 4, "gender")
    assert first["ground_label"]["en"] == "Gender" and first["suggestion"]["zh"]
    refused = anyone.post(f"{ROOT}/{RULE}/scan", {"text": "x"}, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (422, "rules.not_scanned")


def test_clauses_are_found_and_lead_to_what_cites_them(anyone: Client) -> None:
    page = anyone.get("/api/v1/clauses?q=居住证暂行条例").json()
    assert "居住证暂行条例 2" in [each["id"] for each in page["items"]]
    clause = anyone.get("/api/v1/clauses/居住证暂行条例 2").json()
    assert RULE in [each["id"] for each in clause["cited_by"]]
    assert anyone.get("/api/v1/clauses/none 1").status_code == 404
    assert anyone.get("/api/v1/clauses/GB/T 22900").status_code == 200


def test_parameters_have_steps_and_uses(anyone: Client) -> None:
    (found,) = anyone.get("/api/v1/parameters?q=res.min_months").json()["items"]
    assert found["steps"][0]["value"] == "6" and RULE in found["rules"]


BUDGET = ["", "?q=居住&facets=1", f"/{RULE}"]


@pytest.mark.parametrize("path", BUDGET)
def test_rules_ask_the_database_for_the_version_alone(
    anyone: Client, path: str, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(1):
        assert anyone.get(ROOT + path).status_code == 200


def test_deciding_asks_the_database_for_the_version_alone(
    anyone: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(1):
        assert decide(anyone, {"months_resident": 6}, explain=True).status_code == 200
    with django_assert_max_num_queries(1):
        assert content(decide_many(anyone, CASES))


def test_unchanged_rules_are_not_sent_again(anyone: Client) -> None:
    tag = anyone.get(f"{ROOT}/{RULE}").headers["ETag"]
    assert anyone.get(f"{ROOT}/{RULE}", headers={"If-None-Match": tag}).status_code == 304


def test_a_table_comes_back_with_its_columns_and_answers(anyone: Client) -> None:
    answer = decide_many(anyone, CASES)
    assert answer.status_code == 200 and answer["Jishi-As-Of"] == DAY and answer["Jishi-Rows"] == "5"
    rows = list(csv.DictReader(io.StringIO(content(answer).decode())))
    assert [row["编号"] for row in rows] == ["001", "002", "003", "004", "5"]
    assert [row["answer"] for row in rows] == ["granted", "refused", "", "", ""]
    assert rows[2]["problems"] == "months_resident: six" and "2 cells" in rows[4]["problems"]
    assert "answer_text" not in rows[0]


def test_json_lists_the_problems_and_counts(anyone: Client) -> None:
    told = json.loads(
        content(decide_many(anyone, CASES, headers={"Accept": JSON}, query=f"?as_of={DAY}&words=en"))
    )
    assert told["of"] == 5 and told["counts"] == {"granted": 1, "refused": 1, "undetermined": 3}
    assert told["rows"][0]["answer_text"] == "May be issued" and told["near"] == {"stable_hom": "stable_home"}
    first = told["problems"][0]
    assert (first["row"], first["column"], first["value"]) == (3, "居住月数", "six")
    assert first["valid"] == "6 (0 … 1200)" and "six" in first["sentence"]
    assert told["rows_with_problems"] == 2


def test_lines_tell_the_progress(anyone: Client) -> None:
    lines = [
        json.loads(each)
        for each in content(decide_many(anyone, CASES, headers={"Accept": LINES})).splitlines()
    ]
    assert lines[0]["begin"]["rule"] == RULE and lines[1] == {"done": 0, "of": 5}
    assert [each["case"]["answer"] for each in lines if "case" in each][:2] == ["granted", "refused"]
    assert lines[-2] == {"done": 5, "of": 5} and lines[-1]["end"]["counts"]["undetermined"] == 3


def table(form: str) -> bytes:
    frame = pl.DataFrame(
        {
            "id": ["01", "02"],
            "months_resident": [6, 5],
            "stable_job": [True, None],
            "as_of": [DAY, "2010-01-01"],
        }
    )
    held = io.BytesIO()
    if form == PARQUET:
        frame.write_parquet(held)
    elif form == ARROW:
        frame.write_ipc_stream(held)
    else:
        frame.write_ipc(held)
    return held.getvalue()


@pytest.mark.parametrize("form", [PARQUET, ARROW, "application/vnd.apache.arrow.file"])
def test_typed_tables_are_answered_in_arrow(anyone: Client, form: str) -> None:
    answer = decide_many(anyone, table(form), form, query="")
    assert answer["Content-Type"] == ARROW
    frame = pl.read_ipc_stream(io.BytesIO(content(answer)))
    assert frame["id"].to_list() == ["01", "02"]
    assert frame["answer"].to_list() == ["granted", None] and frame["reason"].to_list() == [
        "",
        "not_in_force",
    ]


def test_a_workbook_is_answered_in_csv(anyone: Client) -> None:
    book, held = Workbook(), io.BytesIO()
    for row in (["编号", "居住月数"], ["001", 5]):
        book.worksheets[0].append(row)
    book.save(held)
    answer = decide_many(anyone, held.getvalue(), XLSX)
    assert content(answer).decode().splitlines()[1].startswith("001,5,refused,otherwise")


WRONG = [
    (CASES, PARQUET, {}, 415, "api.media"),
    (CASES, "image/png", {}, 415, "api.media"),
    ("\n", CSV, {}, 422, "table.empty"),
    (b"PAR1" + bytes(60), PARQUET, {}, 422, "table.unreadable"),
    ("name\nx\n", CSV, {}, 422, "rules.frame_facts"),
    ("months_resident,居住月数\n1,2\n", CSV, {}, 422, "rules.frame_twice"),
    (CASES, CSV, {"headers": {"Accept": "image/png"}}, 406, "api.accept"),
    (CASES, CSV, {"query": "?as_of=2020-13-01"}, 422, "api.day"),
    (CASES, CSV, {"rule": "labour.nothing"}, 404, "rules.rule.unknown"),
    (CASES, CSV, {"rule": "labour.job_advertisement"}, 422, "rules.not_decided"),
]


@pytest.mark.parametrize(("body", "media", "more", "status", "code"), WRONG)
def test_a_wrong_table_is_refused(
    anyone: Client, body: Any, media: str, more: dict[str, Any], status: int, code: str
) -> None:
    answer = decide_many(anyone, body, media, **dict(more))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["sentence"] not in ("", code)


def test_what_is_too_large_is_refused_unread(anyone: Client) -> None:
    sent = io.BytesIO(b"x")
    answer = anyone.generic(
        "POST", f"{ROOT}/{RULE}/decide-many", sent.getvalue(), CSV, CONTENT_LENGTH=str(1 << 40)
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "api.too_large")
    answer = anyone.generic("POST", f"{ROOT}/{RULE}/decide-many", "", CSV, CONTENT_LENGTH="")
    assert (answer.status_code, answer.json()["code"]) == (411, "api.length")


def test_what_csv_cannot_hold_is_named(anyone: Client) -> None:
    held = io.BytesIO()
    pl.DataFrame({"months_resident": [5], "shape": [[1, 2]]}).write_parquet(held)
    refused = decide_many(anyone, held.getvalue(), PARQUET, headers={"Accept": JSON})
    assert (refused.status_code, refused.json()["params"]["column"]) == (422, "shape")
    assert decide_many(anyone, held.getvalue(), PARQUET).status_code == 200


def test_many_cases_are_limited(anyone: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jishi.web.api_v1 import limit

    settings.JISHI_RATE_LIMITS = True
    monkeypatch.setattr(limit.MANY, "buckets", limit.Buckets(rate=0.1, burst=1))
    assert decide_many(anyone, CASES).status_code == 200
    refused = decide_many(anyone, CASES)
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0


def test_the_file_is_thrown_away_when_the_answer_ends(
    anyone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jishi.web.api_v1 import sent

    closed: list[bool] = []
    monkeypatch.setattr(sent.Sent, "close", lambda self: closed.append(True))
    decide_many(anyone, CASES).close()
    decide_many(anyone, "name\nx\n")
    assert closed == [True, True]


JUNK: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["months_resident", "stable_job", "age_years", "as_of", "land_use", "price"]
) | st.text(max_size=8)  # fmt: skip
SOME_RULES = [
    RULE,
    "labour.foreigner_points",
    "labour.minimum_wage_month",
    "labour.job_advertisement",
    "land.supply_mode",
]


@OFTEN
@given(
    rule=st.sampled_from(SOME_RULES) | st.text(max_size=10),
    facts=st.dictionaries(NAMES, JUNK, max_size=5),
    as_of=st.dates().map(str) | JUNK,
    explain=st.booleans() | JUNK,
    data=st.data(),
)
def test_whatever_is_asked_is_answered(
    anyone: Client, rule: str, facts: Any, as_of: Any, explain: Any, data: st.DataObject
) -> None:
    pack = packs.default_pack()
    if rule in pack.rules and data.draw(st.booleans()):
        facts |= {name: data.draw(JUNK) for name in pack.rules[rule].facts}
    body = json.dumps({"facts": facts, "as_of": as_of, "explain": explain})
    path = f"{ROOT}/{rule.replace('/', '-').replace('?', '-').replace('#', '-') or '-'}/decide"
    answer = anyone.post(path, body, content_type=JSON)
    assert answer.status_code in (200, 400, 404, 409, 422), answer.content


CELL = st.text(max_size=8) | st.sampled_from(["6", "true", "2020-11-24", '"', "是", "", "\n", ","])


@OFTEN
@given(
    rule=st.sampled_from(SOME_RULES),
    rows=st.lists(st.lists(CELL, max_size=5), max_size=8),
    data=st.data(),
    media=st.sampled_from([CSV, PARQUET, "application/octet-stream", "text/plain"]),
    accept=st.sampled_from([CSV, ARROW, JSON, LINES, "*/*", "text/*;q=0.1", "", "x"]),
)
def test_whatever_table_is_sent_is_answered(
    anyone: Client, rule: str, rows: list[list[str]], data: st.DataObject, media: str, accept: str
) -> None:
    names = [*packs.default_pack().rules[rule].facts[:3], "as_of", "answer", "", "id"]
    head = names[:1] + data.draw(st.lists(st.sampled_from(names), max_size=4, unique=True))
    raw = "\n".join(",".join(row) for row in [head, *rows]).encode("utf-8", "replace") + b"\n"
    answer = decide_many(anyone, raw, media, rule=rule, headers={"Accept": accept})
    assert answer.status_code in (200, 400, 404, 406, 409, 415, 422), answer
    if answer.status_code == 200:
        content(answer)


def peak_mib() -> int:
    """Give the most memory this process held since it was last reset."""
    held = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in held.splitlines() if line.startswith("VmHWM"))) >> 10


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is measured by Linux's own count"
)
@pytest.mark.parametrize("accept", [ARROW, LINES, CSV])
def test_a_million_rows_pass_through_little_memory(anyone: Client, tmp_path: Path, accept: str) -> None:
    rows, path = 1_000_000, tmp_path / "cases.parquet"
    months = pl.int_range(rows, eager=True)
    pl.DataFrame(
        {"id": months.cast(pl.String), "months_resident": months % 40, "stable_job": months % 3 == 0}
    ).write_parquet(path)
    content(decide_many(anyone, CASES))
    Path("/proc/self/clear_refs").write_text("5")
    before, read = peak_mib(), 0
    answer = decide_many(anyone, path.read_bytes(), PARQUET, headers={"Accept": accept})
    for piece in answer.streaming_content:
        read += len(piece)
    assert answer["Jishi-Rows"] == str(rows) and read > 50 << 20
    assert peak_mib() - before < 400
