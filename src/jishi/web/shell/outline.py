"""The outline of a parcel as a drawing of a fixed size, north up."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, radians
from typing import Any

SIDE = 300
MARGIN = 12

Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Outline:
    """An SVG path in a square of `side` units."""

    path: str
    side: int = SIDE


def draw_outline(geometry: dict[str, Any] | None) -> Outline | None:
    """Return the drawing of a Polygon or MultiPolygon (GeoJSON, degrees); None for anything else.

    >>> draw_outline({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}).path
    'M12.0 288.0L288.0 288.0L288.0 12.0L12.0 288.0Z'
    """
    rings = list(_rings(geometry or {}))
    points = [point for ring in rings for point in ring]
    if not points:
        return None
    low_x, low_y = (min(point[axis] for point in points) for axis in (0, 1))
    high_x, high_y = (max(point[axis] for point in points) for axis in (0, 1))
    narrowing = cos(radians((low_y + high_y) / 2))  # a degree of longitude is shorter than one of latitude
    extent = max((high_x - low_x) * narrowing, high_y - low_y) or 1.0
    scale = (SIDE - 2 * MARGIN) / extent

    def place(point: tuple[float, float]) -> str:
        x = MARGIN + (point[0] - low_x) * narrowing * scale
        y = SIDE - MARGIN - (point[1] - low_y) * scale
        return f"{x:.1f} {y:.1f}"

    return Outline("".join("M" + "L".join(place(point) for point in ring) + "Z" for ring in rings))


def _rings(geometry: dict[str, Any]) -> Iterator[Ring]:
    polygons = {"Polygon": [geometry.get("coordinates")], "MultiPolygon": geometry.get("coordinates")}
    for polygon in polygons.get(geometry.get("type", "")) or ():
        for ring in polygon or ():
            yield [(point[0], point[1]) for point in ring]
