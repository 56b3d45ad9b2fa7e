"""The one error the engine raises on purpose: a code and its parameters, no sentence.

The words a reader sees (Chinese or English) are looked up by code outside the
kernel, so a fault can be stored, replayed and compared in any language.
"""

from typing import Any


class Fault(Exception):
    """Name what was wrong by a dotted code; `params` are JSON-safe (no floats).

    >>> str(Fault("money.sub_fen", text="0.001元"))
    "money.sub_fen text='0.001元'"
    """

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return " ".join([self.code, *(f"{key}={value!r}" for key, value in self.params.items())])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fault) and self.args == other.args

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.code, self.params)


def _rebuild(code: str, params: dict[str, Any]) -> Fault:
    return Fault(code, **params)
