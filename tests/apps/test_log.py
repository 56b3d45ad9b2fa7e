"""The public log as files: it grows with the database, proves its entries, and forgets nothing when a person is."""

import json

import pytest
from django.db import transaction

from jishi.kernel.evidence.check_log import check_log
from jishi.kernel.evidence.merkle import merkle_root
from jishi.kernel.evidence.record import record_hash
from jishi.kernel.fault import Fault
from jishi.platform import evidence, log, secrets
from jishi.platform.clock import SystemClock
from jishi.platform.models import EvidenceEntry

pytestmark = pytest.mark.django_db(transaction=True)


def write(count: int, stream: str = "case/1") -> None:
    with transaction.atomic():
        head = evidence.lock(stream)
        evidence.append(head, 5, [("Noted", {"n": n}, 5) for n in range(count)])


def leaves() -> list[bytes]:
    rows = EvidenceEntry.objects.order_by("index").values_list("leaf_hash", flat=True)
    return [record_hash(bytes.fromhex(text)) for text in rows]


@pytest.mark.parametrize("steps", [(1, 1, 1), (255, 1, 1), (256, 256, 3), (700, 5)])
def test_the_published_root_is_the_tree_of_all_entries(steps: tuple[int, ...]) -> None:
    for count in steps:
        write(count)
        checkpoint = log.publish_log()
        assert checkpoint.size == len(leaves())
        assert checkpoint.root == merkle_root(leaves())
    assert log.publish_log() == checkpoint


@pytest.mark.parametrize("steps", [(250, 20), (256, 256), (3, 700, 5), (1, 255, 256, 1)])
def test_what_was_written_ahead_is_published_as_if_at_once(steps: tuple[int, ...]) -> None:
    written = 0
    for number, count in enumerate(steps):
        write(count)
        before = log.signed_checkpoint()
        written = log.extend_log(written)
        assert written == len(leaves()) // 256 * 256
        assert log.signed_checkpoint() == before, "nothing is promised before the checkpoint says it"
        if number % 2:
            assert log.publish_log(written).root == merkle_root(leaves())
    assert log.publish_log(written).root == merkle_root(leaves())
    assert log.published_tree().root() == merkle_root(leaves())


def test_what_another_wrote_ahead_and_never_signed_is_written_again() -> None:
    write(300)
    log.extend_log()
    EvidenceEntry.objects.filter(index=9).update(
        leaf_hash="00" * 32
    )  # as a database restored to an earlier day
    assert log.publish_log().root == merkle_root(leaves())


def test_any_entry_is_proved_and_the_log_continues_an_earlier_one() -> None:
    write(300)
    log.publish_log()
    before = log.signed_checkpoint()
    write(20, "offering/1")
    ids = list(EvidenceEntry.objects.filter(stream="offering/1").order_by("seq").values_list("pk", flat=True))
    proof = log.prove_entries(evidence.find_indices(ids), before)
    assert proof["indices"] == list(range(300, 320))
    assert proof["since"]["checkpoint"] == before and proof["since"]["proof"]
    assert len(proof["proof"]) < 12


def test_whoever_asks_knows_that_the_log_was_just_published() -> None:
    began_ms = SystemClock().now_ms() - 50  # a file keeps its instant by a coarser clock
    assert not log.is_published(began_ms)
    log.publish_log()
    assert log.is_published(began_ms)
    assert not log.is_published(SystemClock().now_ms())


def test_records_are_served_as_bundles_of_hashes() -> None:
    write(260)
    log.publish_log()
    raw = log.read_log_file("tile/entries/000")
    assert raw is not None and len(raw) == 256 * 34
    assert log.read_log_file("tile/entries/001.p/4") is not None
    assert log.read_log_file("tile/entries/000.p/255") is None


def test_a_log_whose_writer_was_killed_before_it_signed_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    write(250)
    log.publish_log()
    write(20)

    def die(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(log, "_sign", die)
        with pytest.raises(KeyboardInterrupt):
            log.publish_log()
    found = log.current_checkpoint()
    assert found is not None and found.size == 250
    assert log.read_log_file("tile/entries/000.p/250") is None
    assert log.publish_log().size == 270


def test_a_database_that_lost_entries_is_not_published() -> None:
    write(10)
    log.publish_log()
    EvidenceEntry.objects.filter(index=9).update(leaf_hash="00" * 32)
    write(1)
    with pytest.raises(Fault) as caught:
        log.publish_log()
    assert caught.value.code == "platform.log.forked"


def test_erasing_a_person_leaves_the_tree_valid(ctx) -> None:
    sealed = secrets.encrypt_personal("party/7", {"name": "张三", "phone": "13800000000"})
    with transaction.atomic():
        evidence.append(evidence.lock("party/7"), 5, [("PartyRegistered", {"commitment": "ab" * 32}, 5)])
    write(3)
    before = log.publish_log()
    secrets.erase_subject(ctx, "party/7")
    with pytest.raises(Fault, match=r"personal\.erased"):
        secrets.decrypt_personal("party/7", sealed)
    write(1)
    after = log.publish_log()
    assert after.size == before.size + 1 and after.root == merkle_root(leaves())
    assert log.published_tree().root(before.size) == before.root
    served = b"".join(path.read_bytes() for path in log.log_folder().rglob("*") if path.is_file())
    assert "张三".encode() not in served and b"13800000000" not in served


def test_check_log_says_when_nothing_is_attached() -> None:
    class Bare:
        log = None

    assert check_log(Bare()) == {"attached": False, "size": 0}  # type: ignore[arg-type]
    assert json.dumps(check_log(Bare()))  # type: ignore[arg-type]
