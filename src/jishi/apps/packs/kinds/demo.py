"""What a scenario shows beside its lots of land: sales of any factor, register entries and cases, by dates
counted from the first run."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from jishi.apps.packs.kinds.place import DivisionCode
from jishi.apps.packs.kinds.row import Identity, Row, Words


class DemoSale(Row):
    """Hold an offering of a register entry under any product and mechanism, to begin, "open" now or "ended".

    `hours_left` is how long after now bidding begins ("notice") or ends ("open"), or how long ago it ended; open
    bidding began `days_open` ago, ended bidding took as long. `terms` are the mechanism's own, in fen and milliseconds.
    """

    number: str
    title: Words
    product: Identity
    mechanism: Identity
    stage: Literal["notice", "open", "ended"]
    days_open: Annotated[int, Field(gt=0, le=365)] = 6
    hours_left: Annotated[int, Field(gt=0, le=8_760)]
    division: DivisionCode
    organisation: Annotated[str, StringConstraints(pattern="演示")]
    data: dict[str, Any]
    deposit_fen: Annotated[int, Field(ge=0)]
    start_price_fen: Annotated[int, Field(gt=0)] | None = None
    increment_fen: Annotated[int, Field(gt=0)] | None = None
    terms: dict[str, Any] = {}
    bidders: Annotated[tuple[Identity, ...], Field(min_length=1)]


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
