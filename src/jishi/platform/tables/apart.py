"""Files of strangers, read by another process under limits of memory, time and disk: harm ends with it.

The other process writes what it read as blocks of Arrow (a workbook: as CSV), each behind its length.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast

from jishi.kernel.fault import Fault
from jishi.platform.tables.source import NAMES, Block, Form, Limits, Source

MOST_DISK = 1 << 30
LENGTH = 8


def open_apart(path: Path, form: Form, limits: Limits) -> Source:
    """Open a Parquet, Arrow or XLSX file in a process of its own; Faults `table.*`."""
    held = tempfile.NamedTemporaryFile(suffix=".csv")  # noqa: SIM115 - it lives as long as the source that reads it
    told = _ask([str(path), held.name, form, json.dumps(limits.__dict__)], limits.seconds)
    if told is None:
        raise Fault("table.unreadable", form=NAMES[form])
    if "fault" in told:
        raise Fault(told["fault"], **told["params"])
    if form == "xlsx":
        return _as_text(held, limits)

    def blocks() -> Iterator[Block]:
        return _blocks(Path(held.name))

    first = next(blocks()).frame
    return Source(form, tuple(first.columns), lambda: int(told["rows"]), blocks, dict(first.schema))


def _ask(arguments: list[str], seconds: int) -> dict[str, Any] | None:
    """Run this module as a program; None where it comes to an end of its own or takes too long."""
    path = os.pathsep.join(filter(None, sys.path))
    env = {"PYTHONPATH": path, "POLARS_MAX_THREADS": "2", "RUST_BACKTRACE": "0"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, *arguments],
            capture_output=True, env=env, timeout=seconds, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return cast(dict[str, Any], json.loads(done.stdout))
    except (subprocess.SubprocessError, ValueError):
        return None


def _as_text(held: Any, limits: Limits) -> Source:
    from jishi.platform.tables.delimited import open_csv

    text = open_csv(Path(held.name), limits)

    def blocks() -> Iterator[Block]:
        assert held.name  # named here, the copy lives as long as there is somebody to read it
        return text.blocks()

    return Source("xlsx", text.columns, text.count, blocks, text.schema)


def _blocks(path: Path) -> Iterator[Block]:
    import polars as pl

    start = 0
    with path.open("rb") as file:
        while size := int.from_bytes(file.read(LENGTH), "little"):
            frame = pl.read_ipc_stream(BytesIO(file.read(size)))
            yield Block(start, frame, {})
            start += len(frame)


def _limit(limits: Limits) -> None:
    """Take limits upon this process, before anything is read."""
    import resource

    bounds = {"RLIMIT_AS": limits.memory, "RLIMIT_FSIZE": MOST_DISK, "RLIMIT_CPU": 2 * limits.seconds}
    for name, most in bounds.items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (ValueError, OSError):  # not every system has every limit
            continue


def _read(arguments: list[str], limits: Limits) -> dict[str, Any]:
    path, out, form = Path(arguments[0]), Path(arguments[1]), cast(Form, arguments[2])
    try:
        if form == "xlsx":
            from jishi.platform.tables.workbook import write_text

            with out.open("w", newline="", encoding="utf-8") as text:
                return {"rows": write_text(path, text, limits)}
        with out.open("wb") as file:
            return {"rows": _write(path, form, (file, limits))}
    except Fault as fault:
        return {"fault": fault.code, "params": fault.params}


def _write(path: Path, form: Form, into: tuple[IO[bytes], Limits]) -> int:
    import polars as pl

    from jishi.platform.tables.binary import open_binary
    from jishi.platform.tables.source import must_keep

    file, limits = into
    source, rows = open_binary(path, form, limits), 0
    must_keep(source, limits)
    for block in source.blocks():
        held = BytesIO()
        plain = block.frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
        plain.write_ipc_stream(held, compat_level=pl.CompatLevel.oldest())
        file.write(len(held.getbuffer()).to_bytes(LENGTH, "little"))
        file.write(held.getbuffer())
        rows += len(block.frame)
    return rows


if __name__ == "__main__":
    bounds = Limits(**json.loads(sys.argv[4]))
    _limit(bounds)
    print(json.dumps(_read(sys.argv[1:], bounds)))
