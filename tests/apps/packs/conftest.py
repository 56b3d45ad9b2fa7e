"""Staff of the whole province, one more who may do both, and a pack whose releases are forgotten afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jishi.apps.packs import actions
from jishi.apps.packs import api as packs
from jishi.apps.packs.archive import write_files
from jishi.apps.packs.models import PackDraft, PackRelease
from jishi.apps.packs.reads import version_files
from jishi.platform.access import CLERK, REVIEWER
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.models import User
from tests.packs.small_pack import FILES

CASES, NUMBERS = "cases/labour.residence_permit.toml", "parameters/numbers.csv"
SIX, SEVEN = "居住月数,6,", "居住月数,7,"
As = Callable[[str], Context]


ROWS = """
id = "labour.residence_permit"
kind = "table"
title = { zh = "居住证申领条件", en = "Who may hold a residence permit" }
question = { zh = "可否申领居住证", en = "May a residence permit be issued?" }
facts = ["months_resident", "stable_job"]
answers = [
  { id = "granted", zh = "可以申领", en = "May be issued", permits = true },
  { id = "refused", zh = "不符合条件", en = "Not eligible" },
]

[[row]]
id = "resident_with_tie"
when = "months_resident >= res.min_months and stable_job"
then = "granted"
cites = ["法 1"]
since = 2016-01-01

[[row]]
id = "otherwise"
then = "refused"
cites = ["法 1"]
since = 2016-01-01
"""
ASKED = """
[[case]]
day = 2020-11-24
facts = { months_resident = 6, stable_job = true }
answer = "granted"
row = "resident_with_tie"

[[case]]
day = 2020-11-24
facts = { months_resident = 5 }
answer = "refused"
row = "otherwise"

[[case]]
day = 2020-11-24
facts = { months_resident = 6 }
answer = "undetermined"
needs = ["stable_job"]

[[case]]
day = 2020-11-24
facts = { months_resident = 6, stable_job = false }
answer = "refused"
row = "otherwise"

[[case]]
day = 2015-12-31
facts = { months_resident = 6, stable_job = true }
answer = "undetermined"
"""
TEXTS = {
    **{name: text for name, text in FILES.items() if not name.startswith(("rules/", "cases/"))},
    "rules/labour.residence_permit.toml": ROWS,
    CASES: ASKED,
}
TEXTS[NUMBERS] = TEXTS.pop("parameters/small.csv")
TEXTS["facts/small.toml"] = """
[[fact]]
name = "months_resident"
kind = "integer"
unit = "month"
label = { zh = "居住月数", en = "Months resident" }

[[fact]]
name = "stable_job"
kind = "boolean"
label = { zh = "稳定就业", en = "Stable job" }
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a pack of a few files that checks in no time."""
    place = tmp_path_factory.mktemp("small")
    write_files({name: text.encode() for name, text in TEXTS.items()}, place)
    return place


@pytest.fixture(autouse=True)
def forgotten(small: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Run the small pack, and let no test see what another released."""
    monkeypatch.setenv("JISHI_PACK", str(small))
    packs.forget_current()
    yield
    packs.forget_current()


@pytest.fixture
def as_(db: None, ctx: Context) -> As:
    """Give the context of a person: clerk, colleague, reviewer, both, or far_clerk of one city."""
    roles = {
        "clerk": [(CLERK, "220000")],
        "colleague": [(CLERK, "220000")],
        "reviewer": [(REVIEWER, "220000")],
        "both": [(CLERK, "220000"), (REVIEWER, "220000")],
        "far_clerk": [(CLERK, "220100")],
        "far_reviewer": [(REVIEWER, "220100")],
    }
    users = {name: User.objects.create(email=f"{name}@example.org") for name in roles}

    def context(name: str) -> Context:
        permits = tuple(Permit(role, division) for role, division in roles[name])
        return replace(ctx, actor=Actor(user_id=users[name].pk, name=name, permits=permits))

    return context


@pytest.fixture
def changed(as_: As) -> PackDraft:
    """Give a draft in which a residence permit takes seven months, its cases with it."""
    return change(as_("clerk"), "居住证改为七个月")


def change(ctx: Context, title: str, new: str = SEVEN) -> PackDraft:
    """Start a draft that changes the months, and put the cases right."""
    draft = actions.start_draft(ctx, title, "测试用修订")
    files = version_files(draft.base)
    text = files[NUMBERS].decode()
    draft = actions.save_file(ctx, draft.id, NUMBERS, text.replace(SIX, new), revision=draft.revision)
    if new != SEVEN:
        return draft
    cases = (
        files[CASES].decode().replace("resident = 6", "resident = 7").replace("resident = 5", "resident = 6")
    )
    return actions.save_file(ctx, draft.id, CASES, cases, revision=draft.revision)


def release(as_: As, draft: PackDraft, by: str = "reviewer") -> PackRelease:
    """Submit and release a draft."""
    draft.refresh_from_db()
    author = as_("clerk")
    actions.submit_draft(author, draft.id, revision=draft.revision)
    draft.refresh_from_db()
    made = actions.release_draft(as_(by), draft.id, revision=draft.revision)
    packs.forget_current()
    return made
