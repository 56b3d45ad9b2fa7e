"""The command line: exit codes, what keeps the exchange from starting, bundles and packs checked in words."""

import re
import shutil
import socket
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from typer.testing import CliRunner, Result

from jishi.apps.packs import api as packs
from jishi.kernel.evidence.signature import public_key
from jishi.kernel.fault import Fault
from jishi.platform import access
from jishi.platform.clock import SystemClock
from jishi.platform.context import Permit
from jishi.platform.models import User
from jishi.project import cli, terminal, verifying
from jishi.project.preflight import require_database, require_port
from tests.kernel.sold_lot import GOLDEN, KEY

NOW_MS = 1_800_000_000_000
HUGE = '{"leafIdx": 0, "treeSize": %s, "root": "", "leafHash": "", "proof": null, "wantErr": true}' % (
    "9" * 5000
)
OTHER_KEY = "A" * 43 + "="
VECTORS = GOLDEN.parents[1] / "data" / "merkle_vectors.jsonl"


def run(*words: object, lang: str = "en") -> Result:
    """Call the command in one language and return what it said."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (cli, terminal):
            patch.setattr(module, "LANG", lang)
        return CliRunner().invoke(cli.app, [str(word) for word in words])


@pytest.mark.parametrize(
    "command",
    [
        "",
        "up",
        "serve",
        "setup",
        "day",
        "verify",
        "verifier",
        "grant",
        "account",
        "rebuild",
        "pack",
        "pack check",
    ],
)
def test_every_command_explains_itself(command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.exit_code == 0
    assert "Usage" in done.output


def test_an_honest_bundle_passes_with_every_check_named() -> None:
    done = run("verify", "--trust", public_key(KEY), GOLDEN)
    assert done.exit_code == 0, done.output
    assert "Merkle root: " in done.output and "1 of 1 files verified" in done.output
    assert "哈希树根: " in run("verify", GOLDEN, lang="zh").output


def test_without_a_key_the_signer_is_an_open_question() -> None:
    assert "? Signer: " in run("verify", GOLDEN).output


def test_a_key_may_come_from_a_file(tmp_path: Path) -> None:
    key = tmp_path / "signer.pub"
    key.write_text(public_key(KEY) + "\n")
    assert run("verify", "--trust", key, GOLDEN).exit_code == 0


def test_known_answers_are_judged_one_by_one(tmp_path: Path) -> None:
    done = run("verify", "--vectors", VECTORS)
    assert done.exit_code == 0 and done.output == "0 wrong of 368 known answers\n"
    lines = VECTORS.read_text("utf-8").splitlines()
    other = {"true": "false", "false": "true"}
    turned = [re.sub('(?<="wantErr": )(true|false)', lambda hit: other[hit[0]], line) for line in lines[:2]]
    answers = tmp_path / "answers.jsonl"
    answers.write_text("\n".join([*turned, "", "no json", "[]", lines[2], '{"wantErr": true}', HUGE]))
    done = run("verify", "--vectors", answers)
    assert done.exit_code == 1
    assert [line.split(":")[0].split(" (")[0] for line in done.output.splitlines()[:-1]] == [
        "✗ line 1", "✗ line 2",
        *(f"✗ line {number} asks nothing that can be judged" for number in (4, 5, 7)),
    ]  # fmt: skip
    assert "must be refused, but was taken as proven" in done.output.splitlines()[0]
    assert "5 wrong of 7 known answers" in done.output
    assert "7 个已知答案中答错 5 个" in run("verify", "--vectors", answers, lang="zh").output


def test_known_answers_and_bundles_may_be_checked_at_once(tmp_path: Path) -> None:
    assert run("verify", "--vectors", VECTORS, GOLDEN).exit_code == 0
    nothing = tmp_path / "nothing.jsonl"
    nothing.write_text("\n")
    assert run("verify", "--vectors", nothing, GOLDEN).exit_code == 1
    assert run("verify", "--vectors", tmp_path / "none").exit_code == 2
    assert run("verify").exit_code == 2


def test_another_key_fails() -> None:
    done = run("verify", "-q", "--trust", OTHER_KEY, GOLDEN)
    assert done.exit_code == 1
    assert "✗ Signer: " in done.output


def test_what_is_no_key_is_a_wrong_call() -> None:
    done = run("verify", "--trust", "signer.pub", GOLDEN)
    assert done.exit_code == 2
    assert "“signer.pub” is no signer's public key" in done.stderr


def test_an_altered_bundle_fails_and_says_what_was_not_reached(tmp_path: Path) -> None:
    bundle = tmp_path / "altered.json"
    bundle.write_bytes(GOLDEN.read_bytes().replace(b'"BidAccepted"', b'"BidRejected"', 1))
    done = run("verify", bundle, GOLDEN)
    assert done.exit_code == 1
    assert "“Replay”" in done.output
    assert "1 of 2 files verified" in done.output


def test_what_is_no_bundle_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty, large = tmp_path / "empty.json", tmp_path / "large.json"
    empty.touch()
    large.write_bytes(bytes(2 << 20))
    monkeypatch.setattr(verifying, "MOST_MIB", 2)
    done = run("verify", tmp_path / "none.json", empty, tmp_path, large)
    assert done.exit_code == 1
    for said in ("there is no such file", "the file is empty", "this is a folder", "no bundle is larger"):
        assert said in done.output


def test_the_installed_pack_is_sound() -> None:
    done = run("pack", "check")
    assert done.exit_code == 0
    assert "jilin" in done.output and "is sound" in done.output


def test_a_broken_pack_names_file_key_value_and_what_is_valid(tmp_path: Path) -> None:
    broken = tmp_path / "pack"
    shutil.copytree(packs.locate_pack("jilin"), broken)
    limits = broken / "limits" / "land.toml"
    limits.write_text(limits.read_text("utf-8").replace('counting = "next_day"', 'counting = "tomorrow"', 1))
    done = run("pack", "check", broken)
    assert done.exit_code == 1
    assert "limits/land.toml: limit[land.notice_min_days].counting" in done.output
    assert "“tomorrow”" in done.output and "'next_day' or 'both_ends'" in done.output


def test_a_pack_that_is_no_folder_is_a_wrong_call(tmp_path: Path) -> None:
    done = run("pack", "check", tmp_path / "none")
    assert done.exit_code == 2
    assert "is not a folder" in done.stderr


def test_a_taken_port_is_said_before_anything_is_done() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run("up", "--port", port)
    assert done.exit_code == 2
    assert f"Port {port} of 127.0.0.1 is in use" in done.stderr


@pytest.mark.parametrize(
    ("host", "port", "code"),
    [("127.0.0.1", 70_000, "project.port.range"), ("192.0.2.1", 8000, "project.port.refused")],
)
def test_an_address_that_cannot_be_served_is_refused(host: str, port: int, code: str) -> None:
    with pytest.raises(Fault) as refused:
        require_port(host, port)
    assert refused.value.code == code


@pytest.mark.django_db
def test_a_role_is_given_and_ended() -> None:
    person = User.objects.create_user("new@staff.example", "a long password 1")
    assert run("grant", "New@staff.example", "clerk", "220100", "--organisation", "Office").exit_code == 0
    assert access.permits_of(person, NOW_MS) == (Permit("clerk", "220100", "", "Office"),)
    assert run("grant", "new@staff.example", "clerk", "220100", "--end").exit_code == 0
    assert run("grant", "new@staff.example", "clerk", "220100", "--department", "公安机关").exit_code == 0
    assert access.permits_of(person, NOW_MS) == (Permit("clerk", "220100", department="公安机关"),)
    assert run("grant", "new@staff.example", "clerk", "220100", "--end").exit_code == 0
    assert access.permits_of(person, SystemClock().now_ms()) == ()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody@staff.example", "clerk", "220100"), "signs up on the site first"),
        (("new@staff.example", "king", "220100"), "treasurer"),
        (("new@staff.example", "clerk", "999999"), "no division 999999"),
        (("new@staff.example", "clerk", "220100", "--department", "外交部"), "公安机关"),
        (("new@staff.example", "clerk", "220100", "--end"), "holds no role clerk"),
    ],
)
def test_a_role_wrongly_named_gets_a_sentence(words: tuple[str, ...], said: str) -> None:
    User.objects.create_user("new@staff.example", "a long password 1")
    done = run("grant", *words)
    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.django_db
def test_an_account_is_closed_once_and_opened_again() -> None:
    User.objects.create_user("new@staff.example", "a long password 1")
    closed = run("account", "new@staff.example")
    assert closed.exit_code == 0 and "is closed; its sessions" in closed.stdout
    assert not User.objects.get(email="new@staff.example").is_active
    again = run("account", "new@staff.example")
    assert again.exit_code == 2 and "is so already" in again.stderr
    assert run("account", "new@staff.example", "--reopen").exit_code == 0
    assert User.objects.get(email="new@staff.example").is_active
    assert run("account", "nobody@staff.example").exit_code == 2


@pytest.mark.django_db
def test_the_database_of_another_version_is_refused() -> None:
    require_database()
    MigrationRecorder(connection).record_applied("market", "9999_from_the_future")
    with pytest.raises(Fault) as refused:
        require_database()
    assert refused.value.code == "project.database.version"
    assert refused.value.params["migration"] == "market.9999_from_the_future"


@pytest.mark.django_db
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "jishi.sqlite3"
    path.write_text("this is a letter, not a database, and long enough to be read as a header" * 20)
    monkeypatch.setattr("jishi.project.preflight.connection", _opened(path))
    with pytest.raises(Fault) as refused:
        require_database()
    assert refused.value.code == "project.database.closed"
    assert str(path) in refused.value.params["place"]


def _opened(path: Path) -> object:
    from django.db.backends.sqlite3.base import DatabaseWrapper

    settings = {**connection.settings_dict, "ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    return DatabaseWrapper({**settings, "OPTIONS": {}}, alias="other")
