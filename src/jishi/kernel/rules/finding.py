"""A finding (问题): one thing about a rule book that a person should look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from jishi.kernel.rules.fact import Value

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """Name rule and row; `code` says what, `case` (stored values on `day`) shows it."""

    level: Level
    code: str
    rule: str
    row: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    case: Mapping[str, Value | None] = field(default_factory=dict)
    day: int | None = None
