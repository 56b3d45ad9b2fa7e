"""The kinds of JSON values that inputs and terms are made of."""

from typing import Any, Final

MAX_INTEGER: Final = 2**53 - 1
"""The largest integer that every JSON reader keeps exact."""

_CLASSES: Final[dict[str, type]] = {"text": str, "object": dict, "list": list, "flag": bool}


def is_kind(value: Any, kind: str) -> bool:
    """Say whether a JSON value is a "text", "object", "list", "flag" or an exact "integer".

    >>> is_kind(2**53, "integer"), is_kind(True, "integer")
    (False, False)
    """
    if kind == "integer":
        return type(value) is int and abs(value) <= MAX_INTEGER
    return isinstance(value, _CLASSES[kind])
