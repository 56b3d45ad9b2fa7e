"""What a verification says: one line a check, and a verdict. Codes and parameters, no sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """Say whether one check passed, by a code that has a sentence and its parameters."""

    name: str
    ok: bool
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """Hold every check that ran, in order, and the signer the file names (None if unreadable).

    ``trusted`` says that the reader named a key, so that passing means this key signed.
    """

    checks: tuple[Check, ...]
    signer: Mapping[str, Any] | None = None
    trusted: bool = False

    @property
    def ok(self) -> bool:
        """Tell whether at least one check ran and none failed."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def verdict(self) -> str:
        """Return the verdict's code: rejected, self-consistent with an unknown signer, or trusted."""
        if not self.ok:
            return "verify.verdict.rejected"
        return "verify.verdict.trusted" if self.trusted else "verify.verdict.signer_unknown"
