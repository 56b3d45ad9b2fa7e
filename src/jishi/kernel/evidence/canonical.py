"""Canonical bytes: the one JSON text of a value, so that equal values have equal hashes.

UTF-8, keys sorted by code point, no spaces, no escapes beyond the required ones. Holds null,
booleans, integers, text, lists and text-keyed objects; refuses floats, subclasses, tuples,
nesting deeper than ``MAX_DEPTH`` and text that is not valid Unicode.
"""

import json
from itertools import chain
from typing import Any

from jishi.kernel.fault import Fault

MAX_DEPTH = 32

_TYPES = frozenset({type(None), bool, int, str, list, dict})
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def canonical_bytes(value: Any) -> bytes:
    """Return the canonical UTF-8 JSON of ``value``.

    Raises ``evidence.canonical.type``, ``.key``, ``.depth``, ``.text`` or ``.number``.

    >>> canonical_bytes({"b": [1, True], "a": "价"}).decode()
    '{"a":"价","b":[1,true]}'
    """
    _check_types(value)
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise Fault("evidence.canonical.text", position=error.start) from None
    except ValueError:  # more digits than the interpreter converts
        raise Fault("evidence.canonical.number") from None


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


def _check_types(value: Any) -> None:
    """Walk level by level, so that the interpreter's loops do the work, not ours."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        for kind in set(map(type, level)) - _TYPES:
            raise Fault("evidence.canonical.type", found=kind.__name__)
        objects = [node for node in level if type(node) is dict]
        for kind in set(map(type, chain.from_iterable(objects))) - {str}:
            raise Fault("evidence.canonical.key", found=kind.__name__)
        lists = [node for node in level if type(node) is list]
        level = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(lists)]
        if not level:
            return
    raise Fault("evidence.canonical.depth", limit=MAX_DEPTH)


def _first_difference(left: bytes, right: bytes) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))
