"""Verify a bundle from its bytes alone: no database, no network, no trust in who made it.

Every check reports by name; a wrong file is an answer, never an exception. What is recomputed:
the file's integrity, its terms, its limits, every step, the outcome and the award. What is only
attested: that a bidder was qualified, that a deposit arrived, that an alias is one party.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from jishi.kernel.evidence.bundle import Bundle, read_bundle
from jishi.kernel.evidence.canonical import read_canonical
from jishi.kernel.evidence.check_file import (
    check_clock,
    check_root,
    check_sequence,
    check_signature,
    check_trust,
)
from jishi.kernel.evidence.check_log import check_log, check_witness
from jishi.kernel.evidence.check_notice import check_limits, check_terms
from jishi.kernel.evidence.check_panel import check_panel, read_record
from jishi.kernel.evidence.check_result import (
    Outcome,
    check_admission,
    check_award,
    check_outcome,
    check_reserve,
    replay,
)
from jishi.kernel.evidence.check_rulings import Laws, check_rulings, names_rulings
from jishi.kernel.evidence.check_sealing import check_sealing, names_sealing
from jishi.kernel.evidence.report import Check, Report
from jishi.kernel.fault import Fault

Params = Mapping[str, Any]

_OF_FILE: dict[str, Callable[[Bundle], Params]] = {
    "sequence": check_sequence,
    "root": check_root,
    "log": check_log,
    "clock": check_clock,
    "terms": check_terms,
    "limits": check_limits,
    "admission": check_admission,
}
_OF_OUTCOME: dict[str, Callable[[Bundle, Outcome], Params]] = {
    "outcome": check_outcome,
    "reserve": check_reserve,
    "award": check_award,
}
NAMES = ("canonical", "read", "signature", "trust", *_OF_FILE, "replay", *_OF_OUTCOME)
"""Every check a bundle alone allows, in the order of the report; `rulings` needs the packs' laws beside it."""


def verify(
    raw: bytes, trust: str | None = None, laws: Laws | None = None, witnesses: Sequence[str] = ()
) -> Report:
    """Recompute a bundle, or draw a panel again from its record, and report each check; never raises on the file.

    With ``laws``, which give the rules of a pack by its hash, what they permitted is decided again.
    ``witnesses`` are keys that must have cosigned the log's checkpoint.

    ``trust`` is the base64 Ed25519 public key the reader expects; without it a forger's own
    signature is as good as any, and the verdict says so.
    """
    if (record := read_record(raw)) is not None:
        canonical = Check("canonical", True, "verify.canonical.ok", {"bytes": len(raw)})
        return Report((canonical, run_check("panel", lambda: check_panel(record))))
    checks, bundle = open_bundle(raw)
    if bundle is None:
        return Report(checks)
    rest = [
        run_check("signature", lambda: check_signature(bundle)),
        _trust(bundle, trust),
        *(run_check(name, partial(check, bundle)) for name, check in _OF_FILE.items()),
        *_witnesses(bundle, witnesses),
        *_rulings(bundle, laws),
        *_sealing(bundle),
        *_replay(bundle),
    ]
    return Report((*checks, *rest), bundle.raw["signer"], trusted=trust is not None)


def open_bundle(raw: bytes) -> tuple[tuple[Check, ...], Bundle | None]:
    """Read a bundle's bytes; return the checks of that and the bundle, None if there is none."""
    try:
        value = read_canonical(raw)
    except Fault as fault:
        return (Check("canonical", False, fault.code, fault.params),), None
    canonical = Check("canonical", True, "verify.canonical.ok", {"bytes": len(raw)})
    try:
        bundle = read_bundle(value)
    except Fault as fault:
        return (canonical, Check("read", False, fault.code, fault.params)), None
    params = {"subject": value["subject"], "entries": len(bundle.entries)}
    return (canonical, Check("read", True, "verify.read.ok", params)), bundle


def _witnesses(bundle: Bundle, witnesses: Sequence[str]) -> tuple[Check, ...]:
    return (run_check("witness", lambda: check_witness(bundle, witnesses)),) if witnesses else ()


def _rulings(bundle: Bundle, laws: Laws | None) -> tuple[Check, ...]:
    if laws is None or not names_rulings(bundle):
        return ()
    return (run_check("rulings", lambda: check_rulings(bundle, laws)),)


def _sealing(bundle: Bundle) -> tuple[Check, ...]:
    return (run_check("sealing", lambda: check_sealing(bundle)),) if names_sealing(bundle) else ()


def _trust(bundle: Bundle, trust: str | None) -> Check:
    if trust is None:
        return Check("trust", True, "verify.trust.unknown", {"key": bundle.raw["signer"]["key"]})
    return run_check("trust", lambda: check_trust(bundle, trust))


def _replay(bundle: Bundle) -> Iterator[Check]:
    replayed = run_check("replay", lambda: replay(bundle))
    yield replayed
    for name, check in _OF_OUTCOME.items():
        if replayed.ok:
            yield run_check(name, partial(check, bundle, replayed.params))
        else:
            yield Check(name, False, "verify.not_reached", {"needs": "replay"})


def run_check(name: str, check: Callable[[], Params]) -> Check:
    """Run one check and say how it went; a fault or any other error is a failed check."""
    try:
        params = check()
        absent = params.get("attached") is False
        return Check(name, True, f"verify.{name}.absent" if absent else f"verify.{name}.ok", params)
    except Fault as fault:
        return Check(name, False, fault.code, fault.params)
    except ImportError as error:  # a bare interpreter: what could not be checked is not a fault of the file
        package = (error.name or "").partition(".")[0]
        return Check(name, False, "verify.package.missing", {"package": package})
    except Exception as error:  # a file from a stranger may hold anything anywhere
        return Check(name, False, "verify.malformed", {"error": type(error).__name__})
