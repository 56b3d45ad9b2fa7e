"""Say what is wrong in a rule file: by file and key, with what would be valid."""

import re
from collections.abc import Iterable
from typing import Any

from jishi.apps.packs.problem import Problem
from jishi.kernel.fault import Fault

LONGEST = 80


class Report:
    """Collect the problems of one file."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems = file, problems

    def add(self, key: str, value: Any, code: str, valid: str = "", **params: Any) -> None:
        """Add one problem; a long value is cut."""
        text = str(value)
        text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        self.problems.append(Problem(self.file, key, text, code, valid, params))

    def fault(self, key: str, fault: Fault) -> None:
        """Add what the kernel refused as a problem of this file."""
        params = fault.params
        value = next((params[name] for name in ("value", "name", "found", "text") if params.get(name)), "")
        valid = params.get("valid", "")
        said = ", ".join(map(str, valid)) if isinstance(valid, list | tuple) else str(valid)
        self.problems.append(Problem(self.file, key, str(value)[:LONGEST], fault.code, said, dict(params)))


class Lost:
    """Know what a broken file may have meant to declare, so that its absence is not told a second time."""

    def __init__(self, problems: Iterable[Problem], folder: str) -> None:
        mine = [problem for problem in problems if problem.file.startswith(folder + "/")]
        named = (re.search(r"\[(.+?)\]", problem.key) for problem in mine)
        self.names = {found.group(1) for found in named if found} | {problem.key for problem in mine}
        self.everything = any(
            problem.code in ("pack.not_toml", "pack.not_utf8") or problem.key.startswith("line ")
            for problem in mine
        )

    def __contains__(self, name: object) -> bool:
        return self.everything or name in self.names
