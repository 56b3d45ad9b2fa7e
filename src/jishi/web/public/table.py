"""Lists saved as CSV or XLSX, written row by row so that a long one never stands in memory."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import get_language
from openpyxl import Workbook

from jishi.kernel.spelling import visible

MOST_ROWS = 10_000
BOM = "\ufeff"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STARTS_FORMULA = (*"=+-@＝＋－＠\t\r\n",)  # East Asian spreadsheets read the wide signs as such

Cell = str | int | None
Row = Sequence[Cell]


def save_table(name: str, form: str, head: Row, rows: Iterable[Row]) -> HttpResponseBase:
    """Answer with the table as a file of `form` ("csv" or "xlsx")."""
    if form == "xlsx":
        return FileResponse(
            _workbook(head, rows), as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX
        )
    lines = StreamingHttpResponse(
        _lines(head, _spoken(rows, get_language() or "")), content_type="text/csv; charset=utf-8"
    )
    lines["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return lines


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow(head)
    for row in rows:
        yield writer.writerow([_plain(cell) for cell in row])


def _spoken(rows: Iterable[Row], lang: str) -> Iterator[Row]:
    """Make rows in the language of the request, which is over when they are sent."""
    with translation.override(lang):
        yield from rows


def _workbook(head: Row, rows: Iterable[Row]) -> IO[bytes]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append(list(head))
    for row in rows:
        sheet.append([_plain(cell) for cell in row])
    file = tempfile.TemporaryFile()  # closed by the response  # noqa: SIM115
    book.save(file)
    file.seek(0)
    return file


def _plain(cell: Cell) -> Cell:
    """Keep a spreadsheet from running a cell as a formula, and out of it what no file can hold."""
    if not isinstance(cell, str):
        return cell
    text = visible(cell)
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text
