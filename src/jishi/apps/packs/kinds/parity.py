"""A parity case (同权对照): one synthetic case to be put to every rule under each value of a fact."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from jishi.apps.packs.kinds.row import Titled


class ParityFile(Titled):
    """Name the fact and its values, the day, and the facts that both tracks share."""

    measures: tuple[Annotated[int, Field(ge=1)], ...] = ()
    fact: str
    values: Annotated[tuple[str | int | bool, ...], Field(min_length=2)]
    day: date
    facts: dict[str, Any] = {}
