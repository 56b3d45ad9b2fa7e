"""What the texts of an input may hold before a mechanism sees it, asked of what is sent and never of what is stored.

A bidder's texts are codes and hashes, no prose. Refuses long ones, control characters, NUL and half characters: a
refusal repeats what it refuses, and no database need hold that. A replay does not ask: what was accepted stands.
"""

from dataclasses import fields
from typing import Any, Final, get_args

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs

LONGEST_TEXT: Final = 200
_TEXTS: Final[dict[type, tuple[str, ...]]] = {
    cls: tuple(field.name for field in fields(cls) if field.type is str and field.name != "alias")
    for cls in get_args(inputs.Input)
}
"""The texts of each input but the alias, which is held against the registration's."""


def is_plain(text: Any) -> bool:
    """Tell whether a text is short and can be printed.

    >>> [is_plain(text) for text in ("buy", "a" * 201, chr(0), chr(0xD800), chr(10))]
    [True, False, False, False, False]
    """
    return isinstance(text, str) and len(text) <= LONGEST_TEXT and text.isprintable()


def check_texts(given: inputs.Input) -> None:
    """Raise `mechanism.input.text` for a text that is not plain; it is not repeated."""
    for name in _TEXTS[type(given)]:
        if not is_plain(getattr(given, name)):
            raise Fault("mechanism.input.text", type=inputs.name_of(given), field=name, most=LONGEST_TEXT)
