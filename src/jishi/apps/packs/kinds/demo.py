"""What a scenario shows beside its lots: register entries and cases, by dates counted from the first run."""

from typing import Annotated, Any

from pydantic import Field

from jishi.apps.packs.kinds.row import Identity, Row


class DemoEntry(Row):
    """Hold a register entry; in `data` "@+30" is the day thirty days from now, "@party" the account of `party`."""

    id: Identity
    register_kind: Annotated[Identity, Field(alias="register")]
    state: str
    party: Identity | None = None
    data: dict[str, Any]


class DemoAct(Row):
    """Hold one decision in a case, taken by the account `by` so many days ago."""

    by: str
    days_ago: Annotated[int, Field(ge=0, le=3_650)]
    decision: Identity
    because: str = ""
    words: str = ""
    answers: dict[str, Any] = {}


class DemoCase(Row):
    """Hold a case: filed by an account for itself or for `party`, about an entry of the scenario or none."""

    procedure: Identity
    by: str
    days_ago: Annotated[int, Field(ge=0, le=3_650)]
    division: str
    party: Identity | None = None
    subject: Identity | None = None
    form: dict[str, Any] = {}
    documents: tuple[str, ...] = ()
    acts: Annotated[tuple[DemoAct, ...], Field(alias="act")] = ()
