"""What is wrong in a pack: where, what was read, what would be valid."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from jishi.kernel.fault import Fault


@dataclass(frozen=True)
class Problem:
    """Point at one bad value; `code` names the sentence (`pack.*`), `valid` what would be right."""

    file: str
    key: str
    value: str
    code: str
    valid: str = ""
    params: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def place(self) -> str:
        """Give file and key where the sentence of the code does not say them: what the kernel refused."""
        return "" if self.code.startswith("pack.") else " ".join(filter(None, (self.file, self.key)))

    @property
    def fault(self) -> Fault:
        """Give the same problem as a fault that can be said in any language."""
        place = {"file": self.file, "key": self.key, "value": self.value, "valid": self.valid}
        return Fault(self.code, **{**self.params, **place})

    def __str__(self) -> str:
        return str(self.fault)


class PackError(Fault):
    """Refuse a pack and carry every problem found in it, not only the first."""

    def __init__(self, pack: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems]
        super().__init__("pack.refused", pack=pack, count=len(lines), problems=lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return PackError, (self.params["pack"], self.problems)
