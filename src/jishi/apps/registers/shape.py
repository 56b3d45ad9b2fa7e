"""Shapes of entries (GeoJSON): checked, bounded by a box, compared for overlap."""

import math
from collections.abc import Mapping
from typing import Any

from shapely import is_valid_reason
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from jishi.apps.packs.api import RegisterKind
from jishi.apps.registers.info import Box
from jishi.kernel.fault import Fault

# What two drawings of one boundary may differ by: the part of the smaller shape that counts as noise.
NOISE = 1e-6
# Classes of the longer side in degrees, the last one of any: a box looks for small shapes close by.
SPANS = (0.01, 0.3, 360.0)


def check_shape(kind: RegisterKind, geometry: Mapping[str, Any] | None) -> BaseGeometry | None:
    """Return the shape the kind allows, or None when it may go without.

    Faults `registers.shape.needed`, `registers.shape.unwanted`, `registers.shape.type`,
    `registers.shape.invalid`, `registers.shape.range`.
    """
    if geometry is None:
        if kind.geometry and kind.geometry.required:
            raise Fault("registers.shape.needed", kind=kind.id)
        return None
    if kind.geometry is None:
        raise Fault("registers.shape.unwanted", kind=kind.id)
    if geometry.get("type") not in kind.geometry.types:
        raise Fault(
            "registers.shape.type", found=str(geometry.get("type")), valid=", ".join(kind.geometry.types)
        )
    return read_shape(geometry)


def read_shape(geometry: Mapping[str, Any]) -> BaseGeometry:
    """Return a sound shape in degrees; Faults `registers.shape.invalid`, `registers.shape.range`."""
    try:
        found = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        raise Fault("registers.shape.invalid", reason="coordinates") from None
    if found.is_empty or not all(map(math.isfinite, found.bounds)):
        raise Fault("registers.shape.invalid", reason="coordinates")
    min_x, min_y, max_x, max_y = found.bounds
    if min_x < -180 or max_x > 180 or min_y < -90 or max_y > 90:
        raise Fault("registers.shape.range", box=" ".join(f"{each:g}" for each in found.bounds))
    if not found.is_valid:
        raise Fault("registers.shape.invalid", reason=is_valid_reason(found))
    return found


def box_of(found: BaseGeometry | None) -> Box | tuple[None, None, None, None]:
    """Return the bounding box of a shape."""
    return found.bounds if found is not None else (None, None, None, None)


def span_of(found: BaseGeometry | None) -> int | None:
    """Return the class of a shape's longer side, None without a shape."""
    if found is None:
        return None
    min_x, min_y, max_x, max_y = found.bounds
    side = max(max_x - min_x, max_y - min_y)
    return next(span for span, most in enumerate(SPANS) if side <= most)


def overlap(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Tell whether two areas share ground, beyond a common boundary and drawing noise."""
    if not one.intersects(other) or one.touches(other):
        return False
    smaller = min(one.area, other.area)
    return smaller > 0 and one.intersection(other).area > NOISE * smaller


def plain_geometry(geometry: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return only what a shape is: its type and coordinates."""
    return None if geometry is None else {"type": geometry["type"], "coordinates": geometry["coordinates"]}
