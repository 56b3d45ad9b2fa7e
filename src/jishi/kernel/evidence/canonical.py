"""Canonical bytes: the one JSON text of a value, so that equal values have equal hashes.

UTF-8, keys sorted by code point, no spaces, no escapes beyond the required ones. Holds null,
booleans, integers, text, lists and text-keyed objects; refuses floats, subclasses, tuples,
nesting deeper than ``MAX_DEPTH`` and text that is not valid Unicode.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from jishi.kernel.fault import Fault

MAX_DEPTH = 32

_SCALARS = frozenset({type(None), bool, int, str})
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def canonical_bytes(value: Any) -> bytes:
    """Return the canonical UTF-8 JSON of ``value``.

    Raises ``evidence.canonical.type``, ``.key``, ``.depth``, ``.text`` or ``.number``.

    >>> canonical_bytes({"b": [1, True], "a": "价"}).decode()
    '{"a":"价","b":[1,true]}'
    """
    _check_types(value, MAX_DEPTH)
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise Fault("evidence.canonical.text", position=error.start) from None
    except ValueError:  # more digits than the interpreter converts
        raise Fault("evidence.canonical.number") from None


@lru_cache(maxsize=4096)
def canonical_text(text: str) -> bytes:
    """Return the canonical form of a text that comes again and again, such as a stream's name.

    >>> canonical_text("价").decode()
    '"价"'
    """
    return canonical_bytes(text)


def read_canonical(raw: bytes) -> Any:
    """Read a value whose only canonical form is ``raw``, byte for byte.

    Raises ``evidence.canonical.read`` when it is no JSON, ``evidence.canonical.form`` when its
    canonical form differs (spaces, key order, a key twice, ``-0``), and what
    ``canonical_bytes`` raises.
    """
    try:
        value = json.loads(raw.decode())
    except RecursionError:
        raise Fault("evidence.canonical.depth", limit=MAX_DEPTH) from None
    except ValueError as error:
        position = getattr(error, "pos", getattr(error, "start", 0))
        raise Fault("evidence.canonical.read", position=position) from None
    again = canonical_bytes(value)
    if again != raw:
        raise Fault("evidence.canonical.form", position=_first_difference(again, raw))
    return value


def _check_types(value: Any, depth: int) -> None:
    """Refuse what JSON would bend silently. Scalars are passed over in place: this runs for each bid."""
    if type(value) is dict:
        for key in value:
            if type(key) is not str:
                raise Fault("evidence.canonical.key", found=type(key).__name__)
        inner: Iterable[Any] = value.values()
    elif type(value) is list:
        inner = value
    elif type(value) in _SCALARS:
        return
    else:
        raise Fault("evidence.canonical.type", found=type(value).__name__)
    if not depth:
        raise Fault("evidence.canonical.depth", limit=MAX_DEPTH)
    for item in inner:
        if type(item) not in _SCALARS:
            _check_types(item, depth - 1)


def _first_difference(left: bytes, right: bytes) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))
