"""The verifier one carries away runs on a bare interpreter and says what a full installation says."""

import json
import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from jishi.kernel.evidence.bundle import read_bundle, signed_message
from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.receipt import make_receipt
from jishi.kernel.evidence.signature import public_key, sign
from jishi.kernel.evidence.verify import verify
from jishi.kernel.mechanism.registry import HOMES
from jishi.platform.verifier import build
from jishi.platform.verifier.line import lines_of
from tests.kernel.sold_lot import GOLDEN, KEY
from tests.kernel.test_check_sealing import ceremony

TRUST = public_key(KEY)
OTHER = "A" * 43 + "="


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("stranger") / build.NAME
    file.write_bytes(build.build_verifier())
    return file


def run(file: Path, *words: object) -> tuple[int, str]:
    """Run the file with no environment, no site-packages and an empty folder around it."""
    command = [sys.executable, "-I", "-S", str(file), *map(str, words)]
    done = subprocess.run(command, capture_output=True, cwd=file.parent, env={}, timeout=60, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert "Traceback" not in said, said
    return done.returncode, said


def signed(change: Any) -> bytes:
    """Return the golden bundle changed and signed again by its own signer."""
    bundle = json.loads(GOLDEN.read_bytes())
    change(bundle)
    bundle["signature"] = sign(KEY, signed_message(bundle))
    return canonical_bytes(bundle)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_stranger_reads_the_very_lines_of_a_full_installation(carried: Path, lang: str) -> None:
    code, said = run(carried, GOLDEN, "--trust", TRUST, "--lang", lang)
    assert code == 0, said
    marks = {True: "✓", False: "✗", None: "?"}
    lines = lines_of(verify(GOLDEN.read_bytes(), TRUST), lang)
    assert said.splitlines()[1:] == [f"    {marks[line.ok]} {line.name}: {line.text}" for line in lines]


def test_an_altered_copy_fails_at_the_right_checks(carried: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes(GOLDEN.read_bytes().replace(b'"price_fen":1020000000', b'"price_fen":1020000001'))
    code, said = run(carried, copy, "--trust", TRUST, "--lang", "en")
    failed = {line.split(":")[0].strip("✗ ") for line in said.splitlines() if line.startswith("    ✗")}
    assert code == 1
    assert failed >= {"Signature", "Merkle root", "Replay", "Outcome"}
    copy.write_bytes(GOLDEN.read_bytes() + b" ")
    assert run(carried, copy)[0] == 1


def test_another_signer_is_refused(carried: Path) -> None:
    code, said = run(carried, GOLDEN, "--trust", OTHER, "--lang", "en")
    assert code == 1 and "not the one you trust" in said


@pytest.mark.parametrize(("broken", "code"), [(False, 0), (True, 1)])
def test_a_receipt_is_held_to_the_bundle(carried: Path, tmp_path: Path, broken: bool, code: int) -> None:
    entry = read_bundle(json.loads(GOLDEN.read_bytes())).entries[4]
    receipt = make_receipt(entry, key=TRUST, sign=lambda message: sign(KEY, message))
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(receipt | ({"seq": 6} if broken else {})))
    found, said = run(carried, GOLDEN, "--trust", TRUST, "--receipt", file, "--lang", "en")
    assert found == code, said
    assert ("stands in the bundle, unchanged" in said) is not broken
    file.write_text("[" * 100_000)
    assert run(carried, GOLDEN, "--receipt", file)[0] == 1


def test_a_missing_package_is_named_with_the_checks_it_leaves_open(carried: Path, tmp_path: Path) -> None:
    def change(bundle: Any) -> None:
        for entry in bundle["entries"]:
            if "mechanism" in entry["data"]:
                entry["data"]["mechanism"]["id"] = "call_auction"

    file = tmp_path / "orders.json"
    file.write_bytes(signed(change))
    code, said = run(carried, file, "--trust", TRUST, "--lang", "en")
    assert code == 1  # the root is no longer that of the entries, and a failure outweighs what is open
    assert "? Replay: This check needs the Python package numpy" in said
    assert "? Outcome: Could not be checked" in said and "python3 -m pip install numpy" in said


def test_with_nothing_wrong_but_a_package_missing_the_verdict_is_incomplete(
    carried: Path, tmp_path: Path
) -> None:
    needy = tmp_path / "needy.pyz"
    with ZipFile(carried) as whole, ZipFile(needy, "w") as copy:
        for name in whole.namelist():
            raw = whole.read(name)
            copy.writestr(name, b"import numpy\n" + raw if name.endswith("mechanism/listing.py") else raw)
    code, said = run(needy, GOLDEN, "--trust", TRUST, "--lang", "en")
    assert code == 3, said
    assert "the verdict is incomplete" in said
    assert "Not checked: Announced terms, Replay, Outcome, Reserve price, Award" in said


def test_sealed_bids_are_left_open_without_their_library_and_never_called_void(
    carried: Path, tmp_path: Path
) -> None:
    def change(bundle: Any) -> None:
        bare = bundle["entries"][0]
        bundle["entries"] = [
            bare | {"seq": at, "kind": kind, "data": data} for at, (kind, data) in enumerate(ceremony(), 1)
        ]

    file = tmp_path / "sealed.json"
    file.write_bytes(signed(change))
    said = run(carried, file, "--lang", "en")[1]
    assert "? Sealed bids opened again: This check needs the Python package cryptography" in said, said


def test_the_file_holds_every_module_of_the_house_it_imports(carried: Path) -> None:
    with ZipFile(carried) as archive:
        paths = [name for name in archive.namelist() if name.startswith("jishi/") and name.endswith(".py")]
    names = [path.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for path in paths]
    script = (
        "import importlib, sys; sys.path.insert(0, sys.argv[1])\n"
        "for name in sys.argv[2:]: assert importlib.import_module(name).__file__.startswith(sys.argv[1]), name"
    )
    subprocess.run([sys.executable, "-I", "-c", script, str(carried), *names], check=True)


@pytest.mark.parametrize(
    "words", [["none.json"], [GOLDEN, "--trust", "x"], [GOLDEN, "--receipt", "none"], []]
)
def test_a_wrong_call_is_told_apart_from_a_wrong_file(carried: Path, words: list[Any]) -> None:
    assert run(carried, *words)[0] == 2


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"format":"jishi.bundle/1"}'])
def test_whatever_the_file_holds_is_an_answer(carried: Path, tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "any.json"
    file.write_bytes(raw)
    assert run(carried, file)[0] == 1


def test_the_bytes_depend_on_the_sources_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    build.build_verifier.cache_clear()
    first = build.build_verifier()
    build.build_verifier.cache_clear()
    assert build.build_verifier() == first and sha256(first).hexdigest() == build.verifier_digest()
    with ZipFile(BytesIO(first)) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert {info.date_time for info in archive.infolist()} == {build.EARLIEST}
    assert {f"jishi/kernel/mechanism/{home}.py" for home, _ in HOMES.values()} <= set(names)
    floors = ("jishi/project/", "jishi/web/", "jishi/apps/")
    assert not [name for name in names if name.startswith(floors)]
