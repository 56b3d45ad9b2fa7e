"""Look at the parts of a regular expression: refuse what takes time without bound on some text.

Texts come from anyone. A repetition within a repetition, or one of any sign without an upper
bound, makes `re` go over the same signs again and again.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

LOOKS_BACK = "(?<"
REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}
WIDE = {op.ANY, op.NOT_LITERAL, op.CATEGORY}


@lru_cache(maxsize=4096)
def fault_of(text: str) -> tuple[str, str] | None:
    """Give the code of what is wrong with an expression, and what would be right; None if nothing is.

    >>> fault_of("(?:限|招)男{1,3}"), fault_of("(男+)+")[0]
    (None, 'pack.slow_regex')
    """
    try:
        if LOOKS_BACK in text:  # only compiling tells whether its width is fixed
            re.compile(text)
        parts = _parser.parse(text)  # a fifth of the time compiling takes
    except re.error as error:
        return "pack.no_regex", str(error)
    slow = next(_slow(parts, False), None)
    return None if slow is None else ("pack.slow_regex", slow)


def _slow(parts: Any, repeated: bool) -> Iterator[str]:
    """Yield what to write instead of each slow part."""
    for kind, value in parts:
        if kind in REPEATS:
            most, body = value[1], value[2]
            if most > 1 and repeated:
                yield "(?:…){0,9}, no repetition within it"
            if most is op.MAXREPEAT and any(_wide(each) for each in body):
                yield "[^。；]{0,20}"
            yield from _slow(body, repeated or most > 1)
        else:
            for inner in _inside(kind, value):
                yield from _slow(inner, repeated)


def _inside(kind: Any, value: Any) -> list[Any]:
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind is op.ATOMIC_GROUP:
        return [value]
    if kind is op.BRANCH:
        return list(value[1])
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [value[1]]
    return [each for each in value[1:] if each] if kind is op.GROUPREF_EXISTS else []


def _wide(part: Any) -> bool:
    kind, value = part
    return kind in WIDE or (kind is op.IN and any(each[0] is op.NEGATE for each in value))
