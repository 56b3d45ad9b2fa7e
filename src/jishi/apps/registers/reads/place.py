"""Answer which entries stand on a piece of ground, by the boxes about their shapes."""

from django.db.models import QuerySet

from jishi.apps.registers.info import Box
from jishi.apps.registers.models import RegisterEntry
from jishi.apps.registers.shape import SPANS


def rows_in_box(kind: str, box: Box) -> "QuerySet[RegisterEntry]":
    """Return the rows whose bounding box meets `box`."""
    first, *others = [rows.values("pk") for rows in rows_by_span(kind, box)]
    return RegisterEntry.objects.filter(pk__in=first.union(*others, all=True))


def rows_by_span(kind: str, box: Box) -> "list[QuerySet[RegisterEntry]]":
    """Return the rows whose bounding box meets `box`, those of each span apart: joined by "or" no index is followed."""
    min_x, min_y, max_x, max_y = box
    return [
        # Said of both ends of both axes, the index alone leaves out all that lies elsewhere.
        about_box(kind, box).filter(
            span=span,
            min_x__gte=min_x - side,
            min_x__lte=max_x,
            min_y__gte=min_y - side,
            min_y__lte=max_y,
        )
        for span, side in enumerate(SPANS)
    ]


def about_box(kind: str, box: Box) -> "QuerySet[RegisterEntry]":
    """Return the rows whose bounding box meets `box`, which is so large that it holds many of the last changed."""
    min_x, min_y, max_x, max_y = box
    meets = {"min_x__lte": max_x, "min_y__lte": max_y, "max_x__gte": min_x, "max_y__gte": min_y}
    return RegisterEntry.objects.filter(kind=kind, **meets)
