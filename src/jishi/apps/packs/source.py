"""Read TOML and CSV files into typed rows, collecting every problem instead of stopping at the first."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

import tomli
from pydantic import ValidationError

from jishi.apps.packs.kinds.row import Row
from jishi.apps.packs.problem import Problem

Kind = TypeVar("Kind", bound=Row)

EXAMPLES = {
    "int_type": "1, 2, 3 …",
    "int_parsing": "1, 2, 3 …",
    "int_from_float": "1, 2, 3 …",
    "string_type": '"…"',
    "string_too_short": '"…"',
    "bool_type": "true, false",
    "bool_parsing": "true, false",
    "date_type": "2026-01-31",
    "date_parsing": "2026-01-31",
    "date_from_datetime_parsing": "2026-01-31",
    "tuple_type": "[…]",
    "too_short": "≥ 1",
    "model_type": "{ … }",
}


class Source:
    """Read the files of one pack directory; `problems` grows with what is wrong in them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def names(self, pattern: str) -> list[str]:
        """List the relative paths that match `pattern`, sorted."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(pattern))

    def one(self, name: str, model: type[Kind]) -> Kind | None:
        """Read a whole TOML file as one row."""
        raw = self.raw(name)
        return None if raw is None else self.row(name, model, raw)

    def rows(self, name: str, key: str, model: type[Kind]) -> list[Kind]:
        """Read the array of tables `[[key]]` of a TOML file; no other key may stand beside it."""
        raw = self.raw(name) or {}
        for other in raw.keys() - {key}:
            self.report(name, str(other), raw[other], "pack.unknown_key", valid=key)
        return list(self._each(name, key, model, raw.get(key, [])))

    def table(self, name: str, model: type[Kind]) -> list[Kind]:
        """Read a CSV file; an empty cell counts as absent."""
        found = []
        for number, cells in self.lines(name)[1]:
            row = self.row(name, model, cells, f"line {number}")
            found += [] if row is None else [row]
        return found

    def lines(self, name: str) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
        """Give the columns of a CSV file and the filled cells of each line, with its number."""
        text = self._text(name)
        reader = csv.DictReader([] if text is None else text.splitlines())
        lines = [
            (number, {key or "": cell for key, cell in line.items() if cell not in ("", None)})
            for number, line in enumerate(reader, start=2)
        ]
        return list(reader.fieldnames or ()), lines

    def row(self, name: str, model: type[Kind], raw: Any, prefix: str = "") -> Kind | None:
        """Read one row, else report each of its problems under `prefix`."""
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._report_detail((name, prefix), model, raw, detail)
            return None

    def raw(self, name: str) -> dict[str, Any] | None:
        """Parse a TOML file; None, with a problem, if it is absent or broken."""
        text = self._text(name)
        try:
            return None if text is None else tomli.loads(text)
        except tomli.TOMLDecodeError as error:
            self.report(name, "", str(error), "pack.not_toml", valid="TOML 1.0")
            return None

    def report(
        self,
        file: str,
        key: str,
        value: Any,
        code: str,
        *,
        valid: str = "",
        params: Mapping[str, Any] | None = None,
    ) -> None:
        """Add one problem; a long value is cut."""
        self.problems.append(Problem(file, key, _brief(value), code, valid, dict(params or {})))

    def _text(self, name: str) -> str | None:
        try:
            return (self.root / name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.report(name, "", "", "pack.no_file", valid=name)
        except UnicodeDecodeError as error:
            self.report(name, "", f"byte {error.start}", "pack.not_utf8", valid="UTF-8")
        return None

    def _each(self, name: str, key: str, model: type[Kind], raws: Any) -> Iterator[Kind]:
        if not isinstance(raws, list):
            self.report(name, key, raws, "pack.bad_value", valid=f"[[{key}]]")
            return
        for place, raw in enumerate(raws):
            row = self.row(name, model, raw, _mark(key, place, raw))
            if row is not None:
                yield row

    def _report_detail(self, place: tuple[str, str], model: type[Row], raw: Any, detail: Any) -> None:
        name, prefix = place
        kind, context = detail["type"], dict(detail.get("ctx", {}))
        path, value = tuple(detail["loc"]), detail["input"]
        key = ".".join(part for part in (prefix, _key(path, raw)) if part)
        if kind == "missing":
            self.report(name, key, "", "pack.missing_key", valid=str(path[-1]))
        elif kind == "extra_forbidden":
            self.report(name, key, value, "pack.unknown_key", valid=_known_keys(model, path[:-1]))
        elif kind.startswith("pack."):
            self.report(
                name, key, value, kind, valid=str(context.pop("valid", detail["msg"])), params=context
            )
        else:
            wanted = context.get("expected") or context.get("pattern") or EXAMPLES.get(kind) or detail["msg"]
            self.report(name, key, value, "pack.bad_value", valid=str(wanted))


def _brief(value: Any, length: int = 80) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def _mark(key: str, place: int, raw: Any) -> str:
    """Name a row of an array by its identity where it has one, else by its place from 1."""
    named = raw if isinstance(raw, dict) else {}
    label = next(
        (named[each] for each in ("id", "name", "login", "party", "code") if each in named), place + 1
    )
    return f"{key}[{label}]"


def _key(path: Sequence[str | int], raw: Any) -> str:
    words: list[str] = []
    for part in path:
        raw = _inside(raw, part)
        if isinstance(part, int):
            words[-1:] = [_mark(words[-1] if words else "", part, raw)]
        else:
            words.append(part)
    return ".".join(words)


def _inside(raw: Any, part: str | int) -> Any:
    try:
        return raw[part]
    except (KeyError, IndexError, TypeError):
        return None


def _known_keys(model: type[Row], path: Sequence[str | int]) -> str:
    for part in path:
        if isinstance(part, str):
            fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
            model = _row_model(fields.get(part)) or model
    return ", ".join(field.alias or name for name, field in model.model_fields.items())


def _row_model(annotation: Any) -> type[Row] | None:
    if isinstance(annotation, type) and issubclass(annotation, Row):
        return annotation
    found = (_row_model(each) for each in get_args(annotation))
    return next((each for each in found if each is not None), None)
