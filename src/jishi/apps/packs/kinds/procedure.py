"""A procedure kind (办事流程): who may apply, the form, the steps with their clocks, what is written and issued.

One TOML file holds one procedure. What a key may point at (clauses, limits, rules, roles, registers, fields)
is held against the rest of the pack when it loads.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from jishi.apps.packs.kinds.field import FieldKind
from jishi.apps.packs.kinds.law import ClauseId
from jishi.apps.packs.kinds.register import Numbering
from jishi.apps.packs.kinds.row import Exact, Identity, Row, Titled, Words

Role = Literal["applicant", "clerk", "reviewer", "treasurer", "regulator", "reserve_officer", "system"]
"""Who acts at a step. At a `system` step only the clock or a panel decides."""
Cites = tuple[ClauseId, ...]
Cited = Annotated[Cites, Field(min_length=1)]
Mapping = str | bool | int
"""Where a value comes from: see `jishi.kernel.procedure.mapping`."""
Mappings = dict[str, Mapping]
PartyKind = Literal["person", "organisation"]


FilledBy = Literal["title", "number", "division", "yes"]


class Question(FieldKind):
    """Ask one thing in a form: a register field that may stand under a condition.

    `when` is a condition over the other questions of its form (the grammar of rules). `states` names the
    fact of the pack it states to rules; left out, it states the fact of its own name where there is one.
    `fills` of an `offering`: other questions, and what of the offering answers them, where one comes from its page.
    """

    when: str = ""
    states: Identity | None = None
    section: Identity | None = None
    fills: dict[Identity, FilledBy] = {}


class Section(Titled):
    """Head a page of the guided form."""

    help: Words | None = None


class DocumentNeed(Titled):
    """Ask for a document; `states` is a yes-or-no fact that holds when it is there."""

    required: bool = True
    when: str = ""
    states: Identity | None = None
    many: bool = False
    help: Words | None = None
    cites: Cites = ()


class Vote(Titled):
    """Count a vote on paper, such as two thirds of a village's members (村民会议三分之二).

    The filer states how many belong, came and voted how; the scanned papers are the document named.
    A vote that did not pass stops the filing unless `must_pass` is false.
    """

    document: Identity
    quorum: Exact
    majority: Exact
    base: Literal["members", "present", "cast", "decided"] = "present"
    strict: bool = False
    must_pass: bool = True
    when: str = ""
    cites: Cited


class OnBehalf(Titled):
    """Let somebody file for another (代办), with the document that shows they may."""

    kinds: tuple[PartyKind, ...] = ("organisation",)
    document: Identity | None = None
    when: str = ""
    cites: Cited


class Subject(Row):
    """Name the entry a case is about: of which register, in which states, held by the applicant or not."""

    register_kind: Annotated[Identity, Field(alias="register")]
    states: tuple[Identity, ...] = ()
    holder: Identity | None = None
    required: bool = True
    when: str = ""


class Start(Row):
    """Say what begins a case.

    `application`: a party of these `kinds` files it; `staff` roles may file it for the office itself.
    `event`: a finding (`finding.<rule>`), a clock that ran out (`clock.<procedure>.<step>`), a decision
    elsewhere (`<procedure>.<decision>`), or what the market and settlement tell (`market.sale_defaulted`,
    `settlement.payment_overdue` …).
    `calendar`: from `month` and `day` on, `every` so often, one case for each division of `level`.
    """

    by: Literal["application", "event", "calendar"]
    kinds: tuple[PartyKind, ...] = ()
    staff: tuple[Role, ...] = ()
    on: tuple[Annotated[str, StringConstraints(min_length=3)], ...] = ()
    every: Literal["month", "quarter", "half_year", "year"] | None = None
    month: Annotated[int, Field(ge=1, le=12)] = 1
    day: Annotated[int, Field(ge=1, le=28)] = 1
    level: Literal["province", "prefecture", "county"] | None = None
    cites: Cited


class Check(Row):
    """Ask a rule table at steps; `at` holds `filing` or step ids.

    At `filing`, `must` refuses what the rule does not permit. `basis` says which day's law is asked; `facts`
    maps facts of the pack to values where no question or document states them.
    """

    rule: Identity
    at: Annotated[tuple[Identity, ...], Field(min_length=1)]
    must: bool = False
    basis: Literal["filing", "event", "decision"] = "decision"
    facts: Mappings = {}
    when: str = ""


class ClockKind(Row):
    """Let a statutory limit run: since the step was entered, or since the step `since` was last entered.

    `overdue` is the decision the clock takes when it has run out (`deemed` says that the law deems it so:
    视为同意, 视为拒绝); without it the step is marked overdue. `extend` is the longer limit it may be given.
    """

    limit: Identity
    since: Identity | None = None
    overdue: Identity | None = None
    deemed: bool = False
    extend: Identity | None = None
    warn_days: Annotated[int, Field(ge=0, le=60)] = 3


class Pause(Titled):
    """Name a ground on which a clock may be suspended (中止计时), such as a hearing or an expert review."""

    cites: Cited


class Line(Row):
    """State one thing in a notice or on a paper; `public` puts it on the page that verifies a paper."""

    name: Identity
    label: Words
    value: Mapping
    public: bool = False


class Publicity(Row):
    """Publish the case (公示) while its step's clock runs; anybody may read its lines.

    An answer whose question is `masked` stands masked. With `objections` anybody signed in may object.
    """

    title: Words
    lines: Annotated[tuple[Line, ...], Field(alias="line", min_length=1)]
    objections: bool = True
    cites: Cited


class Fee(Row):
    """Ask for a fee (费用): fen, from a parameter in CNY or a mapping."""

    title: Words
    parameter: Identity | None = None
    amount: Mapping | None = None
    cites: Cited


class PanelNeed(Row):
    """Convene a panel at a step: it votes in secret, and the vote takes `passed` or `failed`.

    Experts of the `employer` a mapping names keep out.
    """

    title: Words
    size: Annotated[int, Field(ge=1, le=99)]
    speciality: Mapping | None = None
    employer: Mapping | None = None
    quorum: Exact
    majority: Exact
    base: Literal["members", "present", "cast", "decided"] = "present"
    strict: bool = False
    passed: Identity
    failed: Identity
    cites: Cited


class Reason(Titled):
    """Offer one lawful reason of a decision."""

    cites: Cites = ()


class Write(Row):
    """Write into a register, in the transaction of the decision.

    `create` makes an entry that the case keeps under the name `as`; the others act on the entry kept under
    `entry` (`subject` is the one the case is about). `amend` replaces the fields given in `data`. `encumber`
    adds a burden that is kept under `as`, lasting to the day `until`; `prolong` lets the burden kept under `entry`
    last to `until`, `lift` lifts it. With `same` a `create`
    takes the entry of that number where the province has one already, so that burdens on one thing meet.
    """

    act: Literal["create", "amend", "state", "encumber", "prolong", "lift"]
    register_kind: Annotated[Identity | None, Field(alias="register")] = None
    entry: Identity | None = None
    keep: Annotated[Identity | None, Field(alias="as")] = None
    same: bool = False
    data: Mappings = {}
    state: Identity | None = None
    encumbrance: Identity | None = None
    holder: Mapping | None = None
    holder_party: Mapping | None = None
    until: Mapping | None = None
    public: bool = True
    when: str = ""


class Effect(Row):
    """Ask another room for something, such as `market.suspend` on the offering a complaint names."""

    do: Annotated[str, StringConstraints(min_length=3)]
    arguments: Annotated[Mappings, Field(alias="with")] = {}
    when: str = ""


class DecisionKind(Titled):
    """Offer a way out of a step, to the step or end `next`.

    `reason` asks for words; `reasons` offers a list to choose from. `needs` are rules that must permit.
    `window` is a limit: only so long before the step's clock runs out may it be taken. `by` says whether a
    person, the clock alone or a panel takes it, `role` which role where it is not the step's. `[[field]]` is
    what the person deciding fills in; the answers are `step.<step>.<name>` in mappings.
    """

    next: Identity
    role: Role | None = None
    by: Literal["person", "clock", "panel"] = "person"
    reason: bool = False
    reasons: Annotated[tuple[Reason, ...], Field(alias="because")] = ()
    needs: tuple[Identity, ...] = ()
    when: str = ""
    window: Identity | None = None
    questions: Annotated[tuple[Question, ...], Field(alias="field")] = ()
    documents: Annotated[tuple[DocumentNeed, ...], Field(alias="document")] = ()
    writes: Annotated[tuple[Write, ...], Field(alias="write")] = ()
    issues: tuple[Identity, ...] = ()
    revokes: tuple[Identity, ...] = ()
    effects: Annotated[tuple[Effect, ...], Field(alias="effect")] = ()
    cites: Cites = ()


class Supplement(Row):
    """Let the office ask for what is missing (补正); its clock is the applicant's, the step's stands still."""

    limit: Identity
    overdue: Identity | None = None
    cites: Cited


class Rest(Row):
    """Let a case rest at a step of the applicant's: it waits for nobody, such as a right that stands for years.

    From the limit `window` before the day `until` on it asks the applicant to act; without a day it never does.
    """

    until: Mapping | None = None
    window: Identity | None = None


class StepKind(Titled):
    """Describe a step: who acts, within which time, what may be decided.

    `plain` tells the applicant in plain words what happens; `rest` says that nothing is asked of them meanwhile.
    `not_by` names steps whose decider must not act here (四眼原则); `filing` stands for whoever filed the case.
    """

    role: Role
    plain: Words
    department: Words | None = None
    not_by: tuple[Identity, ...] = ()
    clock: ClockKind | None = None
    rest: Rest | None = None
    supplement: Supplement | None = None
    pauses: Annotated[tuple[Pause, ...], Field(alias="pause")] = ()
    publicity: Publicity | None = None
    fee: Fee | None = None
    panel: PanelNeed | None = None
    decisions: Annotated[tuple[DecisionKind, ...], Field(alias="decision", min_length=1)]
    cites: Cites = ()


class Remedy(Titled):
    """Name a way to challenge an end (救济途径): where to, within which limit."""

    to: Words
    limit: Identity
    cites: Cited


class EndKind(Titled):
    """Name an end; a refusal says what may be done against it. `reopens` is the step a reopening leads to."""

    outcome: Literal["granted", "refused", "withdrawn", "lapsed", "closed"]
    plain: Words
    remedies: tuple[Identity, ...] = ()
    reopens: Identity | None = None


class Withdrawal(Row):
    """Say at which steps the applicant may withdraw, and the end that leads to."""

    at: Annotated[tuple[Identity, ...], Field(min_length=1)]
    next: Identity


class Paper(Titled):
    """Describe a document the procedure issues: template (typst), number, lines, until when it is valid.

    `number` is numbered as register entries are. Public lines stand on the page that verifies it, masked where
    the answer is.
    """

    template: str = "templates/certificate.typ"
    issuer: Words
    number: Numbering
    lines: Annotated[tuple[Line, ...], Field(alias="line", min_length=1)]
    valid_until: Mapping | None = None
    cites: Cited


class ProcedureKind(Titled):
    """Describe a procedure; the first step is where a filed case begins."""

    factor: Literal["land", "labour", "capital", "technology", "data", "market", "supervision"]
    about: Words
    department: Words
    number: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,6}$")]
    case_title: Mapping | None = None
    measures: tuple[Annotated[int, Field(ge=1, le=88)], ...] = ()
    cites: Cited
    start: Start
    subject: Subject | None = None
    behalf: Annotated[tuple[OnBehalf, ...], Field(alias="on_behalf")] = ()
    sections: Annotated[tuple[Section, ...], Field(alias="section")] = ()
    questions: Annotated[tuple[Question, ...], Field(alias="field")] = ()
    documents: Annotated[tuple[DocumentNeed, ...], Field(alias="document")] = ()
    votes: Annotated[tuple[Vote, ...], Field(alias="vote")] = ()
    checks: Annotated[tuple[Check, ...], Field(alias="check")] = ()
    steps: Annotated[tuple[StepKind, ...], Field(alias="step", min_length=1)]
    ends: Annotated[tuple[EndKind, ...], Field(alias="end", min_length=1)]
    withdrawal: Annotated[Withdrawal | None, Field(alias="withdraw")] = None
    remedies: Annotated[tuple[Remedy, ...], Field(alias="remedy")] = ()
    papers: Annotated[tuple[Paper, ...], Field(alias="paper")] = ()

    def step(self, name: str) -> StepKind:
        """Give a step, else KeyError."""
        return {each.id: each for each in self.steps}[name]

    def end(self, name: str) -> EndKind:
        """Give an end, else KeyError."""
        return {each.id: each for each in self.ends}[name]

    def paper(self, name: str) -> Paper:
        """Give a document the procedure issues, else KeyError."""
        return {each.id: each for each in self.papers}[name]
