"""What other rooms may ask of the packs."""

from jishi.apps.packs.content import pack_hash
from jishi.apps.packs.entry import validate_entry, validate_fields
from jishi.apps.packs.installed import (
    check_pack,
    default_pack,
    draft_pack,
    installed_packs,
    load_pack,
    load_pack_from,
    locate_pack,
)
from jishi.apps.packs.kinds.demo import DemoAct, DemoCase, DemoEntry, DemoSale
from jishi.apps.packs.kinds.field import Choice, FieldKind, FieldType
from jishi.apps.packs.kinds.law import LimitRow
from jishi.apps.packs.kinds.measure import Measure
from jishi.apps.packs.kinds.place import Division, LandUse, NamedSystem
from jishi.apps.packs.kinds.procedure import (
    Check,
    DecisionKind,
    DocumentNeed,
    EndKind,
    Line,
    PanelNeed,
    Paper,
    ProcedureKind,
    Question,
    Rest,
    StepKind,
    Vote,
    Write,
)
from jishi.apps.packs.kinds.product import Product
from jishi.apps.packs.kinds.register import RegisterKind, Watch
from jishi.apps.packs.kinds.row import Words
from jishi.apps.packs.kinds.scenario import DemoAccount, DemoBidder, DemoLot, DemoParty, Scenario
from jishi.apps.packs.measure import Reform, carriers_of, state_of
from jishi.apps.packs.method import known_facts
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import PackError, Problem
from jishi.apps.packs.procedures.asking import Ask, form_facts, holds, say_condition, shown
from jishi.apps.packs.procedures.diagram import mermaid as procedure_mermaid
from jishi.apps.packs.procedures.diagram import svg as procedure_svg
from jishi.apps.packs.procedures.planning import limits_of, plan_of
from jishi.apps.packs.rules.cases import DatedCase, Expectation, read_cases
from jishi.apps.packs.rules.check import check_cases
from jishi.apps.packs.rules.impact import (
    CaseTable,
    Changed,
    Impact,
    ask_cases,
    compare_packs,
    say_outcome,
    write_changes,
)
from jishi.apps.packs.rules.lint import finding_params, lint_pack
from jishi.apps.packs.rules.many import Part, Run, Trouble, open_run, valid_of
from jishi.apps.packs.rules.tracks import Parity, also_in_cases, compare_tracks, read_parities, read_parity
from jishi.apps.packs.rules.writing import written, written_answer
from jishi.apps.packs.versions import current_pack, forget_current, keep_version, one_law, pack_of
from jishi.kernel.rules.finding import Finding
from jishi.kernel.rules.parity import Comparison as TrackComparison
from jishi.kernel.rules.parity import Track

__all__ = [
    "Ask", "CaseTable", "Changed", "Check", "Choice", "DatedCase", "DecisionKind", "DemoAccount", "DemoAct",
    "DemoBidder", "DemoCase", "DemoEntry", "DemoLot", "DemoParty", "DemoSale", "Division", "DocumentNeed", "EndKind",
    "Expectation", "FieldKind", "FieldType", "Finding", "Impact", "LandUse", "LimitRow", "Line", "Measure",
    "NamedSystem", "Pack", "PackError", "PanelNeed", "Paper", "Parity", "Part", "Problem", "ProcedureKind", "Product",
    "Question", "Reform", "RegisterKind", "Rest", "Run", "Scenario", "StepKind", "Track", "TrackComparison", "Trouble",
    "Vote", "Watch", "Words", "Write", "also_in_cases", "ask_cases", "carriers_of", "check_cases", "check_pack",
    "compare_packs", "compare_tracks", "current_pack", "default_pack", "draft_pack", "finding_params",
    "forget_current", "form_facts", "holds", "installed_packs", "keep_version", "known_facts", "limits_of",
    "lint_pack", "load_pack", "load_pack_from", "locate_pack", "one_law", "open_run", "pack_hash", "pack_of",
    "plan_of", "procedure_mermaid", "procedure_svg", "read_cases", "read_parities", "read_parity", "say_condition",
    "say_outcome", "shown", "state_of", "valid_of", "validate_entry", "validate_fields", "write_changes", "written",
    "written_answer",
]  # fmt: skip
