"""Problems of one procedure file: what a key may point at, said with the nearest valid names."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Any

from jishi.apps.packs.kinds.procedure import ProcedureKind
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import Problem
from jishi.kernel.fault import Fault


class Desk:
    """Hold a procedure against its pack; every check yields problems of the procedure's own file."""

    def __init__(self, pack: Pack, kind: ProcedureKind) -> None:
        self.pack, self.kind = pack, kind
        self.file = f"procedures/{kind.id}.toml"

    def points(self, key: str, name: str | None, known: Collection[str], code: str = "") -> Iterator[Problem]:
        """Yield a problem if a name is given and not known."""
        if name is not None and name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known)[:6]
            yield Problem(self.file, key, name, code or "pack.unknown_name", ", ".join(near) or "—")

    def wrong(self, key: str, value: Any, code: str, valid: str = "", **params: Any) -> Problem:
        """Give a problem of this file."""
        return Problem(self.file, key, str(value)[:80], code, valid, params)

    def refused(self, key: str, text: Any, fault: Fault) -> Problem:
        """Give what the kernel refused as a problem of this file."""
        valid = fault.params.get("valid", "")
        named = ", ".join(map(str, valid)) if isinstance(valid, list | tuple) else str(valid)
        return Problem(self.file, key, str(text)[:80], fault.code, named, fault.params)
