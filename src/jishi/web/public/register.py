"""Pages over a register, for the public room and the desk alike: what is asked, facets, columns, files."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from jishi.apps.packs.api import FieldKind, RegisterKind
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.access import covers
from jishi.web.public.parcel import Fact, say_value
from jishi.web.public.places import place_name, use_name
from jishi.web.public.table import MOST_ROWS, save_table
from jishi.web.shell.moment import instant_text
from jishi.web.shell.site import language, market_pack, site

MOST_STREAMED = 100_000
MOST_COLUMNS = 4
MOST_FACETS = 5
RESERVED = {"q", "state", "on", "after", "register", "division"}
FORMS = ("csv", "xlsx", "geojson")


@dataclass(frozen=True, slots=True)
class Facet:
    """A field to choose by: its name and word, and (value, word, count, chosen); a past date has no counts."""

    name: str
    title: str
    values: list[tuple[str, str, int | None, bool]]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of a list: itself, its state's word, and (label, cell, is a figure) of each column."""

    entry: registers.EntryInfo
    state: str
    cells: list[tuple[str, str, bool]]


def read_query(request: HttpRequest, kind: RegisterKind, **about: Any) -> registers.EntryQuery:
    """Return what a page asks of a register; Fault `registers.as_of.day`."""
    asked = request.GET
    fields = [name for name, _field in facet_fields(kind, public_only=about.get("public_only", False))]
    reach, chosen = about.pop("divisions", ()), asked.get("division", "")
    if chosen in market_pack().divisions and (not reach or any(covers(each, chosen) for each in reach)):
        reach = (chosen,)
    return registers.EntryQuery(
        divisions=reach,
        kind=kind.id,
        text=asked.get("q", "").strip()[:100],
        state=asked.get("state", "")[:40],
        facets={name: value[:200] for name in fields if (value := asked.get(name, ""))},
        as_of_ms=read_day(asked.get("on", "")),
        **about,
    )


def read_day(text: str) -> int | None:
    """Return the last instant of a day in the market's zone, None for a blank; Fault `registers.as_of.day`."""
    if not text:
        return None
    try:
        after = date.fromisoformat(text) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Fault("registers.as_of.day", value=text[:20]) from None
    return int(datetime.combine(after, time(), site().zone).timestamp() * 1000) - 1


def facet_fields(kind: RegisterKind, *, public_only: bool) -> list[tuple[str, FieldKind]]:
    """Return the indexed fields with few values, by name; a column of a table as `table.column`."""
    found = []
    for field in kind.fields:
        found.append((field.name, field))
        found += [(f"{field.name}.{column.name}", column) for column in field.columns if field.public]
    chosen = [
        (name, field)
        for name, field in found
        if field.indexed
        and not field.masked
        and (field.public or not public_only)
        and (field.type in ("choice", "boolean") or field.scheme == "land_use")
        and name not in RESERVED
    ]
    return chosen[:MOST_FACETS]


def facets_of(query: registers.EntryQuery, total: int) -> list[Facet]:
    """Return state and facets with how many entries each value would leave; the query chooses `total`."""
    kind = market_pack().register(query.kind)
    past = query.as_of_ms is not None
    states = _chosen(state_words(kind), None if past else registers.count_states(query), query.state)
    found = [Facet("state", _("State"), states)]
    named = next((field for field in kind.fields if field.type == "division" and field.public), None)
    if named is not None and not past:
        chosen = query.divisions[0] if len(query.divisions) == 1 else ""
        places = registers.count_divisions(query)
        words = {code: place_name(code) for code in places}
        found.append(Facet("division", named.label.say(language()), _chosen(words, places, chosen)))
    for name, field in facet_fields(kind, public_only=query.public_only):
        if past and "." in name:
            continue
        counts = None if past else registers.count_facet(query, name, total=total)
        known = _known(field) if past else {value: _word(field, value) for value in counts or ()}
        found.append(
            Facet(name, field.label.say(language()), _chosen(known, counts, query.facets.get(name, "")))
        )
    return [facet for facet in found if facet.values]


def lines_of(kind: RegisterKind, entries: list[registers.EntryInfo], *, public_only: bool) -> list[Line]:
    """Return entries as lines of a list."""
    columns = [
        field for field in kind.listed() if field.type != "table" and (field.public or not public_only)
    ]
    words = state_words(kind)
    return [
        Line(
            entry,
            words.get(entry.state, entry.state),
            [_cell(field, entry) for field in columns[:MOST_COLUMNS]],
        )
        for entry in entries
    ]


def identity_of(kind: RegisterKind, entry: registers.EntryInfo) -> list[Fact]:
    """Return the number of an entry where no field says it, and from when it is no longer valid."""
    found = (
        []
        if entry.number in (entry.data.get(kind.code_field), entry.title)
        else [Fact(_("Number"), entry.number)]
    )
    if entry.lapses_ms is not None:
        found.append(Fact(_("No longer valid from"), site().day(entry.lapses_ms).isoformat()))
    return found


def state_words(kind: RegisterKind) -> dict[str, str]:
    """Return the word of each state."""
    return {state.id: state.title.say(language()) for state in kind.states}


def burden_words(kind: RegisterKind) -> dict[str, str]:
    """Return the word of each kind of encumbrance."""
    return {each.id: each.title.say(language()) for each in kind.encumbrances}


def save_entries(query: registers.EntryQuery, form: str) -> HttpResponseBase:
    """Send the entries a query chooses as CSV, XLSX or GeoJSON; 404 for another form or a map without shapes."""
    kind = market_pack().register(query.kind)
    if form not in FORMS or (form == "geojson" and kind.geometry is None):
        raise Http404
    fields = registers.export_fields(kind.id, public_only=query.public_only)
    most = MOST_ROWS if form == "xlsx" else MOST_STREAMED
    entries = islice(registers.iterate_entries(query), most)
    if form == "geojson":
        return _map(kind, fields, entries)
    return save_table(kind.id, form, _head(kind, fields), _rows(kind, fields, entries))


def to_json(kind: RegisterKind, entry: registers.EntryInfo) -> dict[str, Any]:
    """Return the public JSON of an entry."""
    return {
        "id": entry.id,
        "register": kind.id,
        "number": entry.number,
        "title": entry.title,
        "division": entry.division,
        "state": entry.state,
        "version": entry.version,
        "updated": instant_text(entry.updated_ms),
        "data": entry.public_data,
        "geometry": entry.geometry,
    }


def _chosen(
    words: Mapping[str, str], counts: Mapping[str, int] | None, chosen: str
) -> list[tuple[str, str, int | None, bool]]:
    return [
        (value, word, None if counts is None else counts.get(value, 0), value == chosen)
        for value, word in words.items()
        if counts is None or counts.get(value) or value == chosen
    ]


def _known(field: FieldKind) -> dict[str, str]:
    pack = market_pack()
    values: dict[str, Callable[[], Any]] = {
        "choice": lambda: [choice.id for choice in field.choices],
        "boolean": lambda: ["true", "false"],
        "code": lambda: pack.land_uses,
    }
    return {value: _word(field, value) for value in values[field.type]()}


def _word(field: FieldKind, value: str) -> str:
    if field.scheme == "land_use":
        return use_name(value)
    return say_value(field, value == "true" if field.type == "boolean" else value)


def _cell(field: FieldKind, entry: registers.EntryInfo) -> tuple[str, str, bool]:
    value = entry.data.get(field.name)
    said = "" if value in (None, "") else say_value(field, value)
    return field.label.say(language()), said, field.type in ("money", "area", "number", "bounds")


def _head(kind: RegisterKind, fields: list[FieldKind]) -> list[str]:
    shape = ["geometry"] if kind.geometry else []
    return [
        "#number",
        *(field.label.say(language()) for field in fields),
        "#state",
        *shape,
        "#version",
        "#updated",
    ]


def _rows(
    kind: RegisterKind, fields: list[FieldKind], entries: Iterator[registers.EntryInfo]
) -> Iterator[list[str | int | None]]:
    for entry in entries:
        drawn = json.dumps(entry.geometry) if entry.geometry else ""
        shape = [drawn] if kind.geometry else []
        cells = registers.export_cells(kind, entry, fields)
        yield [entry.number, *cells, entry.state, *shape, entry.version, instant_text(entry.updated_ms)]


def _map(
    kind: RegisterKind, fields: list[FieldKind], entries: Iterator[registers.EntryInfo]
) -> HttpResponseBase:
    def lines() -> Iterator[str]:
        yield '{"type":"FeatureCollection","features":[\n'
        for place, entry in enumerate(entries):
            cells = registers.export_cells(kind, entry, fields)
            said = {field.name: cell for field, cell in zip(fields, cells, strict=True) if cell}
            feature = {"type": "Feature", "id": entry.id, "geometry": entry.geometry}
            feature["properties"] = {"#number": entry.number, "#state": entry.state, **said}
            yield (",\n" if place else "") + json.dumps(feature, ensure_ascii=False)
        yield "\n]}\n"

    answer = StreamingHttpResponse(lines(), content_type="application/geo+json")
    answer["Content-Disposition"] = f'attachment; filename="{kind.id}.geojson"'
    return answer
