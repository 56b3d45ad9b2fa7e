"""Which departments (部门) an object concerns, told by the room that holds objects of its kind.

A kind nobody tells of concerns no department: its division alone bounds who reaches it.
"""

from collections.abc import Callable, Iterable, Mapping

Departments = Mapping[str, tuple[str, ...]]
Tell = Callable[[list[str]], Departments]
_tellers: dict[str, Tell] = {}


def tell_departments(kind: str, tell: Tell) -> None:
    """Let `tell` give the departments of objects of a kind by their ids."""
    _tellers[kind] = tell


def departments_of(kind: str, object_id: str) -> tuple[str, ...]:
    """Return the departments an object concerns, empty where its data names none."""
    return map_departments([(kind, object_id)]).get((kind, object_id), ())


def map_departments(objects: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Return the departments of many objects by kind and id, those that concern any; one question a kind."""
    wanted: dict[str, list[str]] = {}
    for kind, object_id in objects:
        wanted.setdefault(kind, []).append(object_id)
    told = {kind: _tellers[kind](ids) for kind, ids in wanted.items() if kind in _tellers}
    return {(kind, each): names for kind, found in told.items() for each, names in found.items()}
