"""Real-estate unit code (不动产单元代码, GB/T 37346-2019): 28 signs in seven layers.

The first 19 are the parcel code (宗地代码), the last 9 the fixture (定着物): building,
wood, other, or none, which is written `W00000000`.
"""

import re
import string
from dataclasses import astuple, dataclass

from jishi.kernel.codes.division import check_division
from jishi.kernel.codes.shape import DIGITS, check_shape, plain_code
from jishi.kernel.fault import Fault

PARCEL_LENGTH = 19
TENURES = "GJZ"
FIXTURES = "FLQW"
NO_FIXTURE = "W00000000"
# The second letter of the feature is left open: the 2019 standard adds letters not yet confirmed.
_PARCEL = [DIGITS] * 12 + [TENURES, string.ascii_uppercase] + [DIGITS] * 5
_UNIT = [*_PARCEL, FIXTURES] + [DIGITS] * 8
_LAYERS = re.compile("(.{6})(.{3})(.{3})(.{2})(.{5})(.)(.{8})")


@dataclass(frozen=True)
class UnitCode:
    """The layers of a unit code, as text.

    `tenure_feature` is two letters (宗地特征码): G state, J collective, Z disputed; then
    the kind of right, e.g. B for construction land.
    """

    division: str
    cadastral_area: str
    cadastral_subarea: str
    tenure_feature: str
    parcel_number: str
    fixture: str
    fixture_number: str

    @property
    def code(self) -> str:
        """The 28 signs."""
        return "".join(astuple(self))

    @property
    def parcel_code(self) -> str:
        """The parcel code (宗地代码): the first 19 signs."""
        return self.code[:PARCEL_LENGTH]

    def format(self) -> str:
        """Write the code in groups.

        >>> parse_unit_code("220113001002GB00015W00000000").format()
        '220113 001 002 GB 00015 W00000000'
        """
        *parcel, fixture, fixture_number = astuple(self)
        return " ".join([*parcel, fixture + fixture_number])


def parse_unit_code(text: str) -> UnitCode:
    """Read 28 signs, blanks allowed between them.

    Raise `codes.unit.length`, `.sign`, `.no_fixture` (W with a number), or as `check_division`.
    """
    value = plain_code(text)
    check_shape("unit", value, _UNIT)
    check_division(value[:6])
    fixture = value[PARCEL_LENGTH:]
    if fixture[0] == "W" and fixture != NO_FIXTURE:
        raise Fault("codes.unit.no_fixture", value=value, expected=NO_FIXTURE)
    layers = _LAYERS.fullmatch(value)
    assert layers is not None
    return UnitCode(*layers.groups())


def check_unit_code(text: str) -> str:
    """Return the code normalised; raise as `parse_unit_code`.

    >>> check_unit_code("220113 001 002 gb 00015 w00000000")
    '220113001002GB00015W00000000'
    """
    return parse_unit_code(text).code


def check_parcel_code(text: str) -> str:
    """Return the 19 signs of a parcel code normalised; raise `codes.parcel.length` or `.sign`.

    >>> check_parcel_code("220113 001 002 GB 00015")
    '220113001002GB00015'
    """
    value = plain_code(text)
    check_shape("parcel", value, _PARCEL)
    check_division(value[:6])
    return value


def bare_land(parcel_code: str) -> str:
    """Return the unit code of a parcel without fixtures.

    >>> bare_land("220113001002GB00015")
    '220113001002GB00015W00000000'
    """
    return check_parcel_code(parcel_code) + NO_FIXTURE
