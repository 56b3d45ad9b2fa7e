"""A procedure added by TOML alone: the files of `docs/procedures.md` as they stand, loaded and run to their end."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.fault import Fault
from jishi.platform.clock import SimulatedClock
from jishi.platform.deadline import run_due
from tests.apps.procedures.conftest import Office, instant
from tests.apps.procedures.made_law import law_of, write_pack

GUIDE = (Path(__file__).parents[3] / "docs" / "procedures.md").read_text("utf-8")
ID = "labour.hr_filing"
FILES = dict(re.findall(r"```toml\n# (\S+\.toml)\n(.*?)```", GUIDE, re.DOTALL))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> packs.Pack:
    return packs.load_pack_from(write_pack(tmp_path_factory.mktemp("law") / "pack", FILES))


@pytest.fixture(autouse=True)
def law(made: packs.Pack, db: None) -> Iterator[packs.Pack]:
    with law_of(made) as pack:
        yield pack


@pytest.fixture
def case(office: Office) -> str:
    form = parties.PartyForm("organisation", "演示人力公司", make_uscc("91220101000000001"))
    unit = parties.register_party(office.acting("unit"), form)
    filing = Filing(ID, {"business": "猎头"}, "220100", unit.id)
    return procedures.file_case(office.acting("unit", parties=(unit.id,)), filing).id


def test_nothing_but_these_files_is_added(made: packs.Pack) -> None:
    assert list(FILES) == ["limits/labour_filing.toml", f"procedures/{ID}.toml"]
    assert made.procedures.keys() - packs.default_pack().procedures.keys() == {ID}


def test_the_guide_tells_what_it_costs() -> None:
    lines = sum(bool(line.strip()) for text in FILES.values() for line in text.splitlines())
    assert f"Cost: {lines} lines of TOML, 0 lines of Python" in GUIDE


def test_it_runs_to_its_end(office: Office, case: str) -> None:
    before = procedures.open_case(office.ctx, case)
    assert (before.row.step, before.row.due_day) == ("file", date(2020, 12, 8))
    with pytest.raises(Fault, match=r"procedure\.role"):
        office.decide(office.reviewer, case, "file")
    after = office.decide(office.clerk, case, "file")
    assert (after.row.step, after.row.outcome) == ("filed", "granted")
    paper = procedures.find_paper(after.papers[-1].number, date(2020, 11, 23))
    assert paper is not None and [each["text"]["zh"] for each in paper.lines] == ["猎头"]


def test_its_clock_runs(office: Office, case: str, clock: SimulatedClock) -> None:
    clock.move_to(instant(date(2020, 12, 9)))
    run_due(office.ctx)
    assert procedures.open_case(office.ctx, case).row.overdue
