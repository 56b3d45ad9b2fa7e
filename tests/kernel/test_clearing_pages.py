"""The examples on the pages of mechanisms print what the pages say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "docs" / "mechanisms"
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize(
    "name", ["call_auction", "uniform_price", "pay_as_bid", "fixed_price", "negotiation", "auction"]
)
def test_the_example_prints_what_the_page_says(name: str) -> None:
    (example,) = EXAMPLE.findall((PAGES / f"{name}.md").read_text("utf-8"))
    said = [line.removeprefix("# ") for line in example.splitlines() if line.startswith("# ")]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, name, "exec"), {})
    assert printed.getvalue().splitlines() == said != []
