"""The use cell: one use or several, in parentheses or joined, with shares and areas where stated."""

import re
from dataclasses import dataclass, replace

from jishi.apps.simulation.listings.use_names import NamedUse, find_combined, find_use
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import parse_area
from jishi.kernel.quantity.bounds import Bounds, parse_bounds

_JOINT = re.compile(r"[;,、/+&]|兼容|兼|和|与|及")
_PARENTHESIS = re.compile(r"\(([^()]*)\)")
_AREA_TAIL = re.compile(r"^([^\d]+?)[:为]?(\d[\d,]*(?:\.\d+)?(?:m2|平方米))$")
_SHARE_SIGN = r"(?:[≤<≥>]|<=|>=|不超过|不高于|不大于|不低于|不少于)"
_SHARE = re.compile(rf"(?:占比|比例|占)?({_SHARE_SIGN}\d+(?:\.\d+)?%)$")
_COMPATIBLE = re.compile(r"^可?兼容(?:不超过)?(\d+(?:\.\d+)?%)?(?:的)?(.+)$")
_COMPATIBLE_TAIL = re.compile(r"等?(?:配套)?(?:设施)?(?:建筑|设施|功能|用途)?$")
_STATED_SHARE = re.compile(
    rf"([^;,\d\s]{{2,8}}?)(?:用地|建筑)?(?:面积)?(?:占比|比例|占)({_SHARE_SIGN}\d+(?:\.\d+)?%)"
)


@dataclass(frozen=True)
class StatedUse:
    """A use as the cell states it, before its term is known; area in cm2."""

    named: NamedUse
    share: Bounds | None = None
    area_cm2: int | None = None

    @property
    def kind(self) -> str:
        """Return the class of its longest term."""
        return self.named.kind

    def is_same(self, other: "StatedUse") -> bool:
        """Tell whether both name the same use."""
        return (self.named.code, self.named.kind) == (other.named.code, other.named.kind)


def read_uses(text: str) -> tuple[StatedUse, ...]:
    """Read the uses of a parcel in the order stated; raise `listings.use.unrecognised`.

    >>> [use.named.name_zh for use in read_uses("居住用地(可兼容10%商业等配套设施建筑)")]
    ['居住用地', '商业']
    """
    plain = re.sub(r"\s", "", text)
    whole = find_use(plain)
    if whole is not None:
        return (StatedUse(whole),)
    found: list[StatedUse] = []
    for part in _outside_parentheses(plain):
        for use in _read_part(part):
            if not any(use.is_same(other) for other in found):
                found.append(use)
    if not found:
        raise Fault("listings.use.unrecognised", part=text)
    if len(found) == 1:
        return (replace(found[0], named=found[0].named._replace(name_zh=plain)),)
    return tuple(found)


def stated_shares(conditions: str) -> dict[str, Bounds]:
    """Return the shares that the conditions state (`商业占比≤10%`), by class of use."""
    shares = {}
    for name, share in _STATED_SHARE.findall(conditions):
        named = find_use(name)
        if named is not None:
            shares[named.kind] = parse_bounds(share)
    return shares


def _outside_parentheses(text: str) -> list[str]:
    """Split at joints that stand outside parentheses."""
    hidden = _PARENTHESIS.sub(lambda match: "\0" * len(match[0]), text)
    parts, begin = [], 0
    for joint in _JOINT.finditer(hidden):
        parts.append(text[begin : joint.start()])
        begin = joint.end()
    return [part for part in [*parts, text[begin:]] if part]


def _read_part(part: str) -> list[StatedUse]:
    outer = _PARENTHESIS.sub("", part)
    main = _read_name(outer)
    for inner in _PARENTHESIS.findall(part):
        main = _with_detail(main, inner)
    return main


def _read_name(name: str) -> list[StatedUse]:
    combined = find_combined(name)
    if combined:
        return [StatedUse(use) for use in combined]
    area = _AREA_TAIL.match(name)
    named = find_use(area[1] if area else name)
    if named is None:
        raise Fault("listings.use.unrecognised", part=name)
    return [StatedUse(named, area_cm2=parse_area(area[2]) if area else None)]


def _with_detail(main: list[StatedUse], inner: str) -> list[StatedUse]:
    """Apply a parenthesis: a share, a compatible use, further uses, or a detail of the same use."""
    share = _SHARE.fullmatch(inner)
    if share:
        return [replace(main[0], share=parse_bounds(share[1])), *main[1:]]
    compatible = _COMPATIBLE.match(inner)
    if compatible:
        return [*main, *_compatible(compatible[2], compatible[1])]
    named = [find_use(name) for name in re.split("[;,、/]", inner)]
    inside = [StatedUse(use) for use in named if use is not None]
    if len(inside) < len(named) or any(use.kind == main[0].kind for use in inside):
        return main
    return [*main, *inside]


def _compatible(names: str, percent: str | None) -> list[StatedUse]:
    share = parse_bounds(f"≤{percent}") if percent else None
    names = _COMPATIBLE_TAIL.sub("", names)
    return [
        replace(use, share=share) for name in re.split("[;,、/]", names) if name for use in _read_name(name)
    ]
