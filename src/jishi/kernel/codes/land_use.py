"""Present land use (土地利用现状, GB/T 21010-2017): 12 classes of two digits, 73 kinds of four.

The kernel holds no names: a `LandUseTable` is built from a pack's rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jishi.kernel.codes.shape import DIGITS, check_shape, plain_code
from jishi.kernel.fault import Fault

CLASS_LENGTH, KIND_LENGTH = 2, 4


@dataclass(frozen=True)
class LandUse:
    """A class (一级类) or kind (二级类) of land use.

    `category` (三大类) is 农用地, 建设用地 or 未利用地; None for a class that mixes them.
    """

    code: str
    name: str
    class_name: str
    category: str | None

    @property
    def class_code(self) -> str:
        """The two digits of the class."""
        return self.code[:CLASS_LENGTH]


def check_land_use(text: str) -> str:
    """Return the code normalised: two digits or four.

    Raise `codes.land_use.length` or `.sign`; whether it exists is for a table to say.

    >>> check_land_use(" 0601 ")
    '0601'
    """
    value = plain_code(text)
    length = CLASS_LENGTH if len(value) == CLASS_LENGTH else KIND_LENGTH
    check_shape("land_use", value, [DIGITS] * length)
    return value


class LandUseTable:
    """The land uses of a pack, by code; classes are gathered from their kinds."""

    def __init__(self, kinds: Iterable[LandUse]) -> None:
        """Check every code; raise `codes.land_use.twice` for a code met again."""
        self._by_code: dict[str, LandUse] = {}
        for kind in kinds:
            check_shape("land_use", kind.code, [DIGITS] * KIND_LENGTH)
            if kind.code in self._by_code:
                raise Fault("codes.land_use.twice", value=kind.code)
            self._by_code[kind.code] = kind
        self._by_code |= _classes_of(list(self._by_code.values()))

    @classmethod
    def read(cls, rows: Iterable[Mapping[str, str]]) -> "LandUseTable":
        """Build from text rows: l1_name, l2_code, l2_name, three_category."""
        return cls(
            LandUse(row["l2_code"], row["l2_name"], row["l1_name"], row["three_category"]) for row in rows
        )

    def __len__(self) -> int:
        return len(self._by_code)

    def find(self, text: str) -> LandUse:
        """Return the land use of a code; raise as `check_land_use`, or `codes.land_use.unknown`."""
        code = check_land_use(text)
        if code not in self._by_code:
            raise Fault("codes.land_use.unknown", value=code)
        return self._by_code[code]


def _classes_of(kinds: list[LandUse]) -> dict[str, LandUse]:
    classes: dict[str, LandUse] = {}
    for kind in kinds:
        known = classes.get(kind.class_code)
        category = kind.category if known is None or known.category == kind.category else None
        classes[kind.class_code] = LandUse(kind.class_code, kind.class_name, kind.class_name, category)
    return classes
