"""Write the state of a framed mechanism as JSON and read it back.

A state is a NamedTuple of JSON values, tuples of them, frozen sets of text, and named tuples of the
same (a frame, a book). A tuple comes back as a tuple at any depth; a named tuple inside a tuple or an
object would not, so states hold none there.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, get_type_hints


def dump_state(state: Any) -> dict[str, Any]:
    """Return the state as JSON; equal states give equal bytes."""
    return {name: _plain(value) for name, value in state._asdict().items()}


def load_state(state_class: type, raw: Mapping[str, Any]) -> Any:
    """Return the state of a class that `dump_state` wrote."""
    hints = _hints(state_class)
    return state_class(**{name: _revive(hints[name], raw[name]) for name in raw})


@cache
def _hints(state_class: type) -> dict[str, Any]:
    return get_type_hints(state_class)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return _plain(value._asdict()) if hasattr(value, "_asdict") else [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _revive(hint: Any, raw: Any) -> Any:
    if hasattr(hint, "_fields"):
        return load_state(hint, raw)
    if getattr(hint, "__origin__", None) is frozenset:
        return frozenset(raw)
    return _frozen(raw) if getattr(hint, "__origin__", None) is tuple else raw


def _frozen(raw: Any) -> Any:
    return tuple(_frozen(item) for item in raw) if isinstance(raw, list) else raw
