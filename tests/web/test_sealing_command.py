"""`./jishi seal` and `./jishi member-key`: files that open, kept apart from everybody else's."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from jishi.kernel.evidence.canonical import read_canonical
from jishi.kernel.sealing.committee import compose_committee, read_committee
from jishi.kernel.sealing.opening import open_all
from jishi.project import cli, terminal

BID = {"price_fen": 88_000_000}


def run(*words: object, typed: str | None = None) -> Result:
    """Call the command in English and return what it said."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (cli, terminal):
            patch.setattr(module, "LANG", "en")
        return CliRunner().invoke(cli.app, [str(word) for word in words], input=typed)


@pytest.fixture(params=["x25519", "sm"])
def committee(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Make two members' keys with the command and the committee of them."""
    keys = [_make_key(tmp_path / f"key{n}.json", request.param) for n in range(2)]
    value = compose_committee(request.param, "JL-1", [key["public"] for key in keys], threshold=2)
    path = tmp_path / "committee.json"
    path.write_text(json.dumps(value), "utf-8")
    return path, {key["public"]: key["private"] for key in keys}


def _make_key(path: Path, suite: str) -> dict[str, Any]:
    done = run("member-key", "--suite", suite, "--out", path)
    assert done.exit_code == 0, done.output
    key = json.loads(path.read_bytes())
    assert key["public"] in done.output and key["private"] not in done.output
    assert path.stat().st_mode & 0o077 == 0
    return key


def test_what_the_command_seals_its_keys_open(committee: Any, tmp_path: Path) -> None:
    path, privates = committee
    envelopes = {}
    for alias, said, typed in (("a", json.dumps(BID), None), ("b", "-", json.dumps(BID))):
        out = tmp_path / f"{alias}.json"
        done = run("seal", path, "--alias", alias, "--bid", said, "--out", out, typed=typed)
        assert done.exit_code == 0, done.output
        envelopes[alias] = read_canonical(out.read_bytes().removesuffix(b"\n"))
        assert envelopes[alias]["commitment"] in done.output
    opened = open_all(read_committee(json.loads(path.read_bytes())), envelopes, privates)
    assert {alias: bid["bid"] for alias, bid in opened.openings.items()} == {"a": BID, "b": BID}


def test_refuses_in_words(committee: Any, tmp_path: Path) -> None:
    path, _ = committee
    taken, out = tmp_path / "key0.json", tmp_path / "out.json"
    before = taken.read_bytes()
    for words, said in [
        (("seal", path, "--alias", "a", "--bid", "{}", "--out", taken), "is not written over"),
        (("member-key", "--out", taken), "is not written over"),
        (("member-key", "--suite", "rsa", "--out", out), "should be one of x25519, sm"),
        (("member-key", "--out", tmp_path / "no" / "key.json"), "cannot be read or written"),
        (("seal", path, "--alias", "a", "--bid", "{", "--out", out), "--bid is no JSON"),
        (("seal", path, "--alias", "a", "--bid", '{"a":0.5}', "--out", out), "integer"),
        (("seal", tmp_path / "none.json", "--alias", "a", "--bid", "{}", "--out", out), "cannot be read"),
        (("seal", taken, "--alias", "a", "--bid", "{}", "--out", out), "A committee file should have"),
    ]:
        done = run(*words)
        assert done.exit_code == 2
        assert said in done.output, done.output
    assert taken.read_bytes() == before and not out.exists()
