"""A small law for tests of its pages: the small pack with exceptions by rank, an ended row, a long schedule."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from jishi.apps.packs.api import Pack, load_pack_from
from tests.packs.small_pack import write_small_pack

TAGS = re.compile(r"<(script|style|template).*?</\1>|<[^>]+>", re.DOTALL)
ENGLISH = {"HTTP_COOKIE": "django_language=en"}
MORE = {
    "rules/work.leave.toml": """
id = "work.leave"
kind = "table"
measures = [7, 16]
title = { zh = "带薪休假", en = "Paid leave" }
question = { zh = "可否休假", en = "May leave be taken?" }
note = { zh = "试行", en = "On trial" }
facts = ["months_resident", "kind_of_work", "stable_job"]
answers = [
  { id = "yes", zh = "可以休", en = "May be taken", permits = true },
  { id = "no", zh = "不可休", en = "May not" },
]

[[row]]
id = "half_year"
when = "months_resident >= 6"
then = "yes"
cites = ["法 1"]
since = 2016-01-01
until = 2019-12-31

[[row]]
id = "full_year"
when = "months_resident >= 12"
then = "yes"
cites = ["法 1", "法 3"]
since = 2020-01-01
note = { zh = "满一年", en = "A whole year" }

[[row]]
id = "part_timer"
rank = 1
when = "kind_of_work == 'part_time' and not stable_job"
then = "no"
cites = ["法 2"]
since = 2020-01-01
confidence = "unconfirmed"

[[row]]
id = "otherwise"
then = "no"
cites = ["法 2"]
since = 2016-01-01
""",
    "rules/work.rate.toml": """
id = "work.rate"
kind = "schedule"
title = { zh = "长表", en = "Long schedule" }
question = { zh = "几何", en = "How many?" }
facts = ["months_resident"]
value = { kind = "integer", unit = "point" }
""",
    "rules/work.empty.toml": """
id = "work.empty"
kind = "schedule"
title = { zh = "空表", en = "Empty schedule" }
question = { zh = "多少", en = "How much?" }
facts = ["place"]
value = { kind = "money" }
needs = { zh = "待市政府录入", en = "to be entered by the city" }
""",
    "rules/work.empty.csv": "id,place,value,since,until,cites,confidence,note_zh,note_en\n",
    "rules/work.rate.csv": "id,months_resident,value,since,until,cites,confidence,note_zh,note_en\n"
    + "".join(f"m{n},{n},{n},2016-01-01,,法 1,,,\n" for n in range(70))
    + "old,99,1,2010-01-01,2015-12-31,法 1,,旧例,former\n",
    "clauses/more.toml": """
[[clause]]
id = "某〔2019〕3号 一/二"
source = "某通知"
title = "三"
since = 2019-01-01
until = 2019-12-31
confidence = "unconfirmed"
summary_zh = "三"
summary_en = "three"

[[clause]]
id = "法 3"
source = "某法"
article = "3"
title = "休假"
since = 2016-01-01
summary_zh = "满一年可休"
summary_en = "leave after a year"
""",
    "cases/work.leave.toml": """
[[case]]
day = 2019-06-01
facts = { months_resident = 7 }
answer = "yes"
row = "half_year"
""",
}


@pytest.fixture(scope="session")
def small_law(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """Load the small law once."""
    root = write_small_pack(tmp_path_factory.mktemp("law"))
    for name, text in MORE.items():
        (root / name).write_text(text.lstrip("\n"), "utf-8")
    return load_pack_from(root)


@pytest.fixture
def law(small_law: Pack, monkeypatch: pytest.MonkeyPatch, db: None) -> Pack:
    """Let the pages of the law show the small law."""
    monkeypatch.setattr("jishi.web.public.law.edition.market_pack", lambda: small_law)
    return small_law


@pytest.fixture
def reader(law: Pack) -> Client:
    """Give the browser of a stranger who reads the small law."""
    return Client()


def words(response: Any) -> str:
    """Give what a page says, without its tags."""
    assert isinstance(response, HttpResponse)
    return re.sub(r"\s+", " ", TAGS.sub(" ", response.content.decode()))


def body(response: Any) -> bytes:
    """Give what an answer holds, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)
