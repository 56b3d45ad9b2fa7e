"""Drafts of the pack: who changes what, what stops them, and which version is the law afterwards."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jishi.apps.packs import actions, moving, reads, versions
from jishi.apps.packs import api as packs
from jishi.apps.packs.archive import read_files, write_archive, write_files
from jishi.apps.packs.content import pack_hash
from jishi.apps.packs.models import PackDraft, PackRelease, PackVersion
from jishi.kernel.fault import Fault
from jishi.platform.evidence import read_stream
from jishi.platform.models import SearchRow
from tests.apps.packs.conftest import CASES, NUMBERS, SEVEN, SIX, As, change, release

CASE = {"months_resident": 6, "stable_job": True}
RULE = "labour.residence_permit"
WRONG = b"""
[[case]]
day = 2020-11-24
facts = { months_resident = 6, stable_job = true }
answer = "refused"
"""


def answer(pack: packs.Pack) -> Any:
    return pack.law.decide(RULE, CASE, date(2026, 3, 2)).answer


def test_a_release_is_the_law_from_then_on_and_the_old_one_still_loads(as_: As, changed: PackDraft) -> None:
    before = packs.current_pack()
    assert before is packs.default_pack()
    made = release(as_, changed)
    after = packs.current_pack()
    assert after.hash == made.version_id == pack_hash(after.root) != before.hash
    assert (answer(before), answer(after)) == ("granted", "refused")
    assert (made.number, made.parent, made.changed) == (1, before.hash, [CASES, NUMBERS])
    assert packs.pack_of(before.hash) is before and packs.pack_of(after.hash) is after
    assert PackVersion.objects.get(pk=after.hash).wheel == before.hash


def test_a_released_version_is_laid_out_read_only_and_again_where_it_is_damaged(
    as_: As, changed: PackDraft, var: Path
) -> None:
    digest = release(as_, changed).version_id
    packs.current_pack()
    file = var / "packs" / digest / NUMBERS
    assert SEVEN in file.read_text("utf-8") and file.stat().st_mode & 0o222 == 0
    file.chmod(0o644)
    file.write_text("x", "utf-8")
    assert pack_hash(versions._place_of(digest)) == digest


def test_what_the_database_holds_must_match_its_hash(as_: As, changed: PackDraft) -> None:
    digest = release(as_, changed).version_id
    other = PackVersion.objects.exclude(pk=digest).get()
    PackVersion.objects.create(hash="0" * 64, pack="small", label="1", wheel="", files=other.files, kept_ms=0)
    with pytest.raises(Fault, match=r"pack\.version_damaged"):
        packs.pack_of("0" * 64)
    with pytest.raises(Fault, match=r"pack\.version\.unknown"):
        packs.pack_of("1" * 64)


def test_the_report_says_whose_answer_changes_and_which_cases_fail(as_: As) -> None:
    clerk = as_("clerk")
    draft = change(clerk, "只改数", new="居住月数,7, ")
    report = actions.check_draft(draft.id).report
    assert report is not None and report["stops"] and not report["problems"]
    assert {each["file"] for each in report["failed"]} == {CASES}
    (rule,) = report["impact"]["rules"]
    assert rule["rule"] == RULE and rule["changed"] >= 1
    ways = {(each["before"]["zh"], each["after"]["en"]) for each in rule["ways"]}
    assert ("可以申领", "Not eligible") in ways
    assert [(part["kind"], part["id"]) for part in report["parts"]] == [("parameter", "res.min_months")]
    json.dumps(report)


def test_a_broken_file_is_named_and_stops_submission(as_: As) -> None:
    clerk = as_("clerk")
    draft = actions.start_draft(clerk, "写错", "测试")
    path = f"rules/{RULE}.toml"
    text = reads.version_files(draft.base)[path].decode().replace("res.min_months", "res.min_monthz")
    draft = actions.save_file(clerk, draft.id, path, text, revision=0)
    report = actions.check_draft(draft.id).report
    assert report and [each["code"] for each in report["problems"]] == ["rules.unknown_parameter"]
    assert report["problems"][0]["file"] == path and report["impact"] is None
    with pytest.raises(Fault, match=r"pack\.draft\.unsound"):
        actions.submit_draft(clerk, draft.id, revision=1)


def test_an_error_of_the_lint_that_the_draft_brings_stops_it(as_: As) -> None:
    clerk = as_("clerk")
    draft = actions.start_draft(clerk, "漏掉默认行", "测试")
    path = f"rules/{RULE}.toml"
    text = reads.version_files(draft.base)[path].decode()
    kept = "[[row]]".join(part for part in text.split("[[row]]") if 'id = "otherwise"' not in part)
    assert kept != text
    draft = actions.save_file(clerk, draft.id, path, kept, revision=0)
    report = actions.check_draft(draft.id).report
    assert report and report["stops"]
    codes = {each["code"] for each in report["findings"] if each["level"] == "error" and not each["stood"]}
    assert "rules.lint.gap" in codes


def test_nobody_who_worked_on_a_draft_releases_it(as_: As, changed: PackDraft) -> None:
    both = as_("both")
    actions.submit_draft(as_("clerk"), changed.id, revision=2)
    with pytest.raises(Fault, match=r"access\.denied"):
        actions.release_draft(as_("clerk"), changed.id, revision=3)
    actions.reopen_draft(both, changed.id, "请补充说明")
    actions.save_file(both, changed.id, "limits/draft.toml", "", revision=3)
    actions.restore_file(both, changed.id, "limits/draft.toml", revision=4)
    actions.submit_draft(as_("clerk"), changed.id, revision=5)
    with pytest.raises(Fault, match=r"pack\.draft\.four_eyes"):
        actions.release_draft(both, changed.id, revision=6)
    assert actions.release_draft(as_("reviewer"), changed.id, revision=6).number == 1


def test_who_only_sent_a_draft_back_may_release_it(as_: As, changed: PackDraft) -> None:
    actions.submit_draft(as_("clerk"), changed.id, revision=2)
    assert SearchRow.objects.filter(kind="pack_draft", object_id=changed.id).exists()
    actions.reopen_draft(as_("reviewer"), changed.id, "标题写清楚些")
    assert not SearchRow.objects.filter(kind="pack_draft").exists()
    assert release(as_, changed).number == 1


def test_what_was_looked_at_is_what_is_released(as_: As, changed: PackDraft) -> None:
    actions.submit_draft(as_("clerk"), changed.id, revision=2)
    with pytest.raises(Fault, match=r"pack\.draft\.stale"):
        actions.release_draft(as_("reviewer"), changed.id, revision=2)
    with pytest.raises(Fault, match=r"pack\.draft\.state"):
        actions.save_file(as_("colleague"), changed.id, NUMBERS, "x", revision=3)


def test_two_who_edit_at_once_do_not_overwrite_each_other(as_: As, changed: PackDraft) -> None:
    with pytest.raises(Fault, match=r"pack\.draft\.stale"):
        actions.save_file(as_("colleague"), changed.id, NUMBERS, "x", revision=1)


def test_a_draft_that_was_overtaken_must_be_moved_and_looked_at_again(as_: As, changed: PackDraft) -> None:
    second = change(as_("clerk"), "另一份", new="居住月数,8,")
    actions.save_file(as_("clerk"), second.id, "facts/added.toml", "", revision=1)
    release(as_, changed)
    with pytest.raises(Fault, match=r"pack\.draft\.moved"):
        actions.submit_draft(as_("clerk"), second.id, revision=2)
    moved = actions.rebase_draft(as_("clerk"), second.id, revision=2)
    assert moved.parent == packs.current_pack().hash and moved.unseen == [NUMBERS]
    with pytest.raises(Fault, match=r"pack\.draft\.unseen"):
        actions.submit_draft(as_("clerk"), second.id, revision=3)
    nine = str(moved.files[NUMBERS]).replace("居住月数,8,", "居住月数,9,")
    actions.save_file(as_("clerk"), second.id, NUMBERS, nine, revision=3)
    cases = reads.version_files(moved.base)[CASES].decode().replace("= 7", "= 9").replace("= 6", "= 8")
    actions.save_file(as_("clerk"), second.id, CASES, cases, revision=4)
    assert release(as_, second).number == 2
    assert packs.current_pack().parameter("res.min_months").at(date(2026, 3, 2)).value == 9  # type: ignore[union-attr]


def test_going_back_is_a_release_like_any_other(as_: As, changed: PackDraft) -> None:
    release(as_, changed)
    draft = change(as_("clerk"), "改回", new=SEVEN.replace("7", "9"))
    base = reads.version_files(packs.default_pack().hash)
    for path in (NUMBERS, CASES):
        draft.refresh_from_db()
        actions.save_file(as_("clerk"), draft.id, path, base[path].decode(), revision=draft.revision)
    assert release(as_, draft).version_id == packs.default_pack().hash
    assert packs.current_pack() is packs.default_pack() and PackRelease.objects.count() == 2


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("products/land.toml", "x", "path"),
        ("pack.toml", "x", "path"),
        ("rules/../pack.toml", "x", "path"),
        ("rules/a..toml", "x", "path"),
        ("rules/.hidden.toml", "x", "path"),
        ("rules/sub/x.toml", "x", "path"),
        ("rules/x.py", "x", "path"),
        ("parameters/x.toml", "x", "path"),
        ("/etc/passwd", "x", "path"),
        ("rules/x.toml", "a\u202eb", "character"),
        ("rules/x.toml", "a\x00b", "character"),
        ("rules/x.toml", "a" * 600_000, "large"),
    ],
)
def test_only_texts_of_rules_are_changed(as_: As, path: str, text: str, code: str) -> None:
    draft = actions.start_draft(as_("clerk"), "试", "试")
    with pytest.raises(Fault, match=rf"pack\.draft\.{code}"):
        actions.save_file(as_("clerk"), draft.id, path, text, revision=0)


def test_what_is_saved_as_it_was_is_no_change(as_: As) -> None:
    clerk = as_("clerk")
    draft = actions.start_draft(clerk, "没有改动", "试")
    text = reads.version_files(draft.base)[NUMBERS].decode()
    draft = actions.save_file(clerk, draft.id, NUMBERS, text.replace("\n", "\r\n"), revision=0)
    assert draft.files == {}
    with pytest.raises(Fault, match=r"pack\.draft\.empty"):
        actions.submit_draft(clerk, draft.id, revision=1)
    with pytest.raises(Fault, match=r"pack\.draft\.no_file"):
        actions.delete_file(clerk, draft.id, "rules/nothing.toml", revision=1)


@pytest.mark.parametrize("who", ["far_clerk", "reviewer", "far_reviewer"])
def test_only_clerks_of_the_whole_province_draft(as_: As, who: str) -> None:
    with pytest.raises(Fault, match=r"access\.denied"):
        actions.start_draft(as_(who), "试", "试")


def test_every_step_is_in_the_evidence_without_texts(as_: As, changed: PackDraft) -> None:
    release(as_, changed)
    entries = read_stream("pack/small")
    assert [entry.kind for entry in entries] == [
        "PackDraftStarted", "PackDraftChanged", "PackDraftChanged", "PackDraftChanged", "PackReleased",
    ]  # fmt: skip
    said = json.loads(entries[-1].data)
    assert said["hash"] == packs.current_pack().hash and set(said["files"]) == {CASES, NUMBERS}
    assert not any(SIX[:6] in entry.data or "居住" in entry.data for entry in entries)


def test_a_withdrawn_draft_is_closed(as_: As, changed: PackDraft) -> None:
    actions.withdraw_draft(as_("colleague"), changed.id, "不再需要")
    with pytest.raises(Fault, match=r"pack\.draft\.state"):
        actions.save_file(as_("clerk"), changed.id, NUMBERS, "x", revision=2)
    assert [each.act for each in reads.list_saves(changed.id)] == ["withdrawn", "saved", "saved", "started"]


def test_a_request_keeps_the_law_it_began_with(as_: As, changed: PackDraft) -> None:
    with packs.one_law():
        before = packs.current_pack()
        release(as_, changed)
        assert packs.current_pack() is before
    assert packs.current_pack() is not before


def test_asking_which_law_holds_takes_one_query_a_second(as_: As, django_assert_num_queries: Any) -> None:
    packs.forget_current()
    with django_assert_num_queries(1):
        for _ in range(50):
            packs.current_pack()


def test_another_process_hears_of_a_release_within_a_second(
    as_: As, changed: PackDraft, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = release(as_, changed)
    held = packs.current_pack()
    made.delete()  # as if another process had changed what holds
    assert packs.current_pack() is held
    monkeypatch.setattr(versions, "NOTICED_S", 0.0)
    assert packs.current_pack() is packs.default_pack()


def test_a_newly_installed_pack_is_taken_over_by_a_draft(
    as_: As, changed: PackDraft, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = packs.default_pack()
    with pytest.raises(Fault, match=r"pack\.draft\.not_new"):
        actions.start_draft(as_("clerk"), "承接", "新版", renew=True)
    release(as_, changed)
    new = _install(monkeypatch, tmp_path / "wheel")
    assert packs.current_pack().parameter("res.min_months").at(date(2026, 3, 2)).value == 7  # type: ignore[union-attr]
    draft = actions.start_draft(as_("clerk"), "承接新版", "新的安装包", renew=True)
    assert draft.wheel == draft.base == new.hash and draft.unseen == []
    assert set(draft.files) == {NUMBERS, CASES}
    made = release(as_, draft)
    held = packs.current_pack()
    assert (held.hash, held.words["added.word"].en) == (made.version_id, "Added")
    assert held.parameter("res.min_months").at(date(2026, 3, 2)).value == 7  # type: ignore[union-attr]
    assert packs.pack_of(old.hash).hash == old.hash


def _install(monkeypatch: pytest.MonkeyPatch, place: Path) -> packs.Pack:
    """Let another wheel be installed: the same pack with one word more."""
    shutil.copytree(packs.default_pack().root, place)
    with (place / "words.toml").open("a", encoding="utf-8") as words:
        words.write('\n["added.word"]\nzh = "新增"\nen = "Added"\n')
    new = packs.load_pack_from(place)
    for module in (actions, moving, versions, reads):
        monkeypatch.setattr(module, "default_pack", lambda: new)
    monkeypatch.setattr(reads, "default_files", lambda: read_files(place))
    for module in (versions, reads):
        monkeypatch.setattr(module, "default_archive", lambda: write_archive(read_files(place)))
    return new


def test_what_failed_before_does_not_hold_a_draft_up(
    as_: As, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = write_files(
        {**reads.version_files(packs.default_pack().hash), "cases/labour.residence_permit.toml": WRONG},
        tmp_path,
    )
    assert broken is None
    monkeypatch.setenv("JISHI_PACK", str(tmp_path))
    draft = actions.start_draft(as_("clerk"), "加一项事实", "测试")
    draft = actions.save_file(as_("clerk"), draft.id, "facts/more.toml", "# 备用\n", revision=0)
    report = actions.check_draft(draft.id).report
    assert report and not report["stops"]
    assert release(as_, draft).number == 1
