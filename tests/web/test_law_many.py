"""Many cases on a page: sent, decided, taken home; whatever is wrong is said, and nobody opens another's table."""

import io
import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from jishi.web.public import law_run

pytestmark = pytest.mark.django_db
RULE, DAY = "labour.residence_permit", "2020-11-24"
PAGE = f"/law/{RULE}/many/"
CASES = "编号,居住月数,stable_job,stable_hom\n001,6,是,\n002,5,no,\n003,six,no,\n004,7,,\n5,6\n"


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    """Take the limits away; the table is sent often."""
    settings.JISHI_RATE_LIMITS = False


@pytest.fixture
def reader() -> Client:
    """Give a browser nobody is signed in to, which reads English."""
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def body(answer: Any) -> str:
    return str(answer.content.decode())


def taken(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def send(reader: Client, raw: str | bytes, name: str = "cases.csv", page: str = PAGE, **more: str) -> Any:
    sent = SimpleUploadedFile(name, raw if isinstance(raw, bytes) else raw.encode())
    return reader.post(page, {"table": sent, "as_of": DAY, **more})


def finish(reader: Client, answer: Any) -> str:
    """Wait until a run is over and give its address."""
    assert answer.status_code == 302, answer.content.decode()
    run_id = answer.url.rstrip("/").rpartition("/")[2]
    for _ in range(200):
        state = law_run.find_run(run_id)
        assert state is not None
        if state.over:
            return str(answer.url)
        time.sleep(0.05)
    raise AssertionError("the run does not end")


def test_the_form_names_every_column(reader: Client) -> None:
    page = body(reader.get(PAGE))
    for words in (
        "Many cases at once",
        "Months resident",
        "months_resident",
        "6 (0 … 1200)",
        "Day of the law",
    ):
        assert words in page


def test_the_rule_leads_to_it(reader: Client) -> None:
    assert PAGE in body(reader.get(f"/law/{RULE}/"))


def test_a_table_is_decided_counted_and_taken_home(reader: Client) -> None:
    address = finish(reader, send(reader, CASES))
    page = body(reader.get(address))
    for words in (
        "5 rows decided",
        "2 with problems",
        "May be issued",
        "20.0%",
        "Not settled",
        "six",
        "6 (0 … 1200)",
    ):
        assert words in page
    assert "hx-get" not in page and "“stable_hom” was not used" in page
    saved = reader.get(f"{address}result.csv")
    rows = taken(saved).decode("utf-8-sig").splitlines()
    assert rows[1].startswith("001,6,是,,granted,May be issued,resident_with_tie,determined")
    assert f'filename="{RULE}.{DAY}.csv"' in saved["Content-Disposition"]
    problems = taken(reader.get(f"{address}result.problems")).decode("utf-8-sig")
    assert "3,居住月数,six," in problems


def test_a_workbook_comes_back_as_one(reader: Client) -> None:
    book, held = Workbook(), io.BytesIO()
    for row in (["编号", "居住月数", "有合法稳定就业"], ["001", 6, True], ["002", 5, None]):
        book.worksheets[0].append(row)
    book.save(held)
    address = finish(reader, send(reader, held.getvalue(), "cases.xlsx"))
    raw = taken(reader.get(f"{address}result.xlsx"))
    sheet = load_workbook(io.BytesIO(raw)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:5] == ["001", "6", "true", "granted", "May be issued"]


def test_what_was_sent_is_not_kept(reader: Client) -> None:
    address = finish(reader, send(reader, CASES))
    folder = law_run._folder(address.rstrip("/").rpartition("/")[2])
    for _ in range(40):
        if not (folder / "table").exists():
            break
        time.sleep(0.05)
    assert sorted(each.name for each in folder.iterdir()) == [
        "problems.csv",
        "result.csv",
        "result.xlsx",
        "state.json",
    ]


def test_a_table_of_something_else_is_refused_with_the_reason(reader: Client) -> None:
    page = body(reader.get(finish(reader, send(reader, "name\nx\n"))))
    assert "The table was not decided." in page and "months_resident" in page
    page = body(reader.get(finish(reader, send(reader, b"PAR1" + bytes(99)))))
    assert "not a sound Parquet file" in page


def test_a_form_filled_wrong_is_shown_again(reader: Client) -> None:
    empty = reader.post(PAGE, {"as_of": DAY})
    assert empty.status_code == 422 and "Choose a file" in body(empty)
    wrong = send(reader, CASES, as_of="24.11.2020")
    assert wrong.status_code == 422 and "write a date such as" in body(wrong)


def test_what_is_too_large_is_refused_unread(reader: Client) -> None:
    refused = reader.generic(
        "POST", PAGE, b"x", "multipart/form-data; boundary=x", CONTENT_LENGTH=str(1 << 40)
    )
    assert refused.status_code == 413 and "at most 64 MiB" in body(refused)


def test_too_many_at_once_wait(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law_run, "MOST_WAITING", 0)
    refused = send(reader, CASES)
    assert refused.status_code == 422 and "send yours a little later" in body(refused)


def test_another_browser_sees_nothing(reader: Client) -> None:
    address = finish(reader, send(reader, CASES))
    other = Client()
    assert other.get(address).status_code == other.get(f"{address}result.csv").status_code == 404
    assert reader.get(address.replace(RULE, "labour.foreigner_points")).status_code == 404


@pytest.mark.parametrize("rule", ["labour.job_advertisement", "labour.nothing"])
def test_what_decides_nothing_has_no_such_page(reader: Client, rule: str) -> None:
    assert reader.get(f"/law/{rule}/many/").status_code == 404


def test_a_stranger_cannot_send_in_a_readers_name() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert send(strict, CASES).status_code == 403


def test_what_is_under_way_shows_how_far(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = finish(reader, send(reader, CASES))
    state = law_run.find_run(address.rstrip("/").rpartition("/")[2])
    assert state is not None
    under_way = law_run.replace(state, status=law_run.RUNNING, rows=2, of=5)
    monkeypatch.setattr(law_run, "find_run", lambda run_id: under_way)
    page = body(reader.get(address))
    assert "2 of 5 rows decided" in page and "hx-get" in page and "htmx" in page
    assert reader.get(f"{address}result.csv").status_code == 404


def test_work_that_broke_off_says_so(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = finish(reader, send(reader, CASES))
    run_id = address.rstrip("/").rpartition("/")[2]
    state = law_run.find_run(run_id)
    assert state is not None
    monkeypatch.setattr(law_run, "_read", lambda folder: law_run.replace(state, status="running", at_s=0.0))
    assert "please send it again" in body(reader.get(address))


def test_old_results_are_thrown_away(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = finish(reader, send(reader, CASES))
    monkeypatch.setattr(law_run, "KEPT_S", -1)
    finish(reader, send(reader, CASES))
    assert reader.get(address).status_code == 404


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_empty_table_is_headed_as_the_rule_asks(reader: Client, form: str) -> None:
    saved = reader.get(f"{PAGE}blank.{form}")
    raw = taken(saved)
    head = (
        raw.decode("utf-8-sig")
        if form == "csv"
        else str([cell.value for cell in load_workbook(io.BytesIO(raw)).worksheets[0][1]])
    )
    assert "Months resident" in head and "Day of the law" in head
