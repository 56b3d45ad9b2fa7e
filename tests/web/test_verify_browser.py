"""A browser's own checks of bundles, receipts and log proofs: the kernel's answers, strict policy, offline."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Route

from jishi.kernel.evidence.bundle import attach_log, build_bundle, read_bundle, signed_message
from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.checkpoint import Checkpoint, sign_checkpoint
from jishi.kernel.evidence.consistency import is_consistent
from jishi.kernel.evidence.entry import leaf_hash
from jishi.kernel.evidence.multiproof import are_included
from jishi.kernel.evidence.receipt import make_receipt, sign_places, verify_receipt
from jishi.kernel.evidence.record import log_record, record_hash
from jishi.kernel.evidence.signature import encode_text, public_key, sign
from jishi.kernel.evidence.tree import Tree
from jishi.kernel.evidence.verify import verify
from jishi.web.public.browser_check import CODES
from jishi.web.shell.middleware import CONTENT_SECURITY_POLICY
from tests.kernel.sold_lot import GOLDEN, KEY

SCRIPTS = Path(__file__).parents[2] / "src" / "jishi" / "web" / "shell" / "static" / "shell"
MODULES = ("verify.js", "evidence.js", "canonical.js", "bytes.js", "ed25519.js", "tree.js", "note.js")
SITE = "http://127.0.0.1"  # a secure context, so that WebCrypto is there
TRUST = public_key(KEY)
RAW = GOLDEN.read_bytes()
ORIGIN = "log.example"
ALIKE = {"canonical", "read", "signature", "trust", "sequence", "root", "log", "clock"}

CHECK = """async ([raw, trust, receipts]) => {
  const { checkEvidence } = await import("/shell/evidence.js");
  return (await checkEvidence(Uint8Array.from(raw), trust, receipts)).map(({ name, ok, code }) => [name, ok, code]);
}"""
PROVE = """async ([kind, leaves, sizes, proof, roots]) => {
  const { areIncluded, isConsistent, rootOf } = await import("/shell/tree.js");
  const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (kind === "root") return Array.from(await rootOf(leaves.map(bytes)));
  const [hashes, [root, other]] = [proof.map(bytes), roots.map(bytes)];
  if (kind === "included") {
    const held = new Map(Object.entries(leaves).map(([index, leaf]) => [BigInt(index), bytes(leaf)]));
    return areIncluded(held, BigInt(sizes[0]), hashes, root);
  }
  return isConsistent({ size: BigInt(sizes[0]), root }, { size: BigInt(sizes[1]), root: other }, hashes);
}"""
WITHOUT_ED25519 = """() => {
const { importKey } = SubtleCrypto.prototype;
SubtleCrypto.prototype.importKey = function (form, key, kind, ...rest) {
  if (kind === "Ed25519") return Promise.reject(new DOMException("no such algorithm", "NotSupportedError"));
  return importKey.call(this, form, key, kind, ...rest);
};
}"""


def answer(route: Route) -> None:
    """Serve the scripts and an empty page, and nothing else."""
    path = SCRIPTS / Path(route.request.url).name
    route.fulfill(
        body=path.read_bytes() if path.is_file() else b"<!doctype html><title>verify</title>",
        content_type="text/javascript" if path.is_file() else "text/html",
        headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
    )


@pytest.fixture(scope="module", autouse=True)
def published(django_db_setup: Any, django_db_blocker: Any, own_var: Path) -> dict[str, Any]:
    """Fetch the page and the verifier first: beside a browser's event loop Django is kept from the database."""
    with django_db_blocker.unblock():
        page = Client(headers={"Cookie": "django_language=en"}).get("/verify/").content
        verifier = Client().get("/verify/jishi-verify.pyz")
        again = Client().get("/verify/jishi-verify.pyz", headers={"If-None-Match": verifier["ETag"]})
    return {"en": page, "verifier": verifier, "again": again}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text))
    opened.route("**/*", answer)
    opened.goto(SITE + "/")
    yield opened
    context.close()
    assert not complaints


def checked(page: Page, raw: bytes, trust: str | None = TRUST, *receipts: Any) -> list[list[Any]]:
    found: list[list[Any]] = page.evaluate(CHECK, [list(raw), trust, list(receipts)])
    return found


def failed(checks: list[list[Any]]) -> dict[str, str]:
    return {name: code for name, ok, code in checks if ok is False}


def logged(*, grown: int = 9, named: bool = True) -> dict[str, Any]:
    """Return the golden lot in a log of other records, its notice naming the checkpoint before it."""
    golden = json.loads(RAW)
    strange = [sha256(b"other %d" % at).digest() for at in range(200)]
    before = strange[:37]
    early = sign_checkpoint(Checkpoint(ORIGIN, len(before), Tree(before).root()), KEY).decode()
    if named:
        golden["entries"][1]["data"]["checkpoint"] = early
    entries = read_bundle(golden).entries
    bundle = json.loads(
        build_bundle(
            subject=golden["subject"],
            pack=golden["pack"],
            entries=entries,
            outcome=golden["outcome"],
            signer=golden["signer"],
            sign=lambda message: sign(KEY, message),
        )
    )
    records, indices = list(before), []
    for at, entry in enumerate(entries):  # entries of other lots come in between
        records += strange[40 + 2 * at : 41 + 2 * at + at % 2]
        indices.append(len(records))
        records.append(record_hash(log_record(entry)))
    tree = Tree([*records, *strange[150 : 150 + grown]])
    texts = lambda hashes: [encode_text(each) for each in hashes]  # noqa: E731 - said once, used twice
    log = {
        "checkpoint": sign_checkpoint(Checkpoint(ORIGIN, tree.size, tree.root()), KEY).decode(),
        "indices": indices,
        "proof": texts(tree.inclusion_of(indices)),
        "since": {"checkpoint": early, "proof": texts(tree.consistency(len(before)))} if named else None,
    }
    result: dict[str, Any] = json.loads(attach_log(bundle, log))
    return result


def test_the_golden_bundle_passes(page: Page) -> None:
    checks = checked(page, RAW)
    assert {name: ok for name, ok, _ in checks} == dict.fromkeys(ALIKE, True) | {"outcome": None, "log": None}


@pytest.mark.parametrize("named", [True, False])
def test_a_bundle_of_the_log_passes_here_and_there(page: Page, named: bool) -> None:
    raw = canonical_bytes(logged(named=named))
    assert ["log", True, "verify.log.ok"] in checked(page, raw)
    assert same(page, raw) == {}


CHANGES = {
    "entry": lambda bundle: bundle["entries"][4]["data"].update(x=1),
    "missing": lambda bundle: bundle["entries"].pop(4),
    "moved": lambda bundle: bundle["entries"].reverse(),
    "late": lambda bundle: bundle["entries"][3].update(recorded_at=1),
    "back": lambda bundle: bundle["entries"][3].update(effective_at=1),
    "size": lambda bundle: bundle.update(size=31),
    "root": lambda bundle: bundle.update(root="0" * 64),
    "signature": lambda bundle: bundle.update(signature=bundle["signature"][:-2] + "x="),
    "key": lambda bundle: bundle["signer"].update(key="A" * 43 + "="),
    "no_key": lambda bundle: bundle["signer"].update(key="?"),
    "field": lambda bundle: bundle.update(more=1),
    "entry_field": lambda bundle: bundle["entries"][2].pop("kind"),
    "entry_type": lambda bundle: bundle["entries"][2].update(seq="3"),
    "type": lambda bundle: bundle.update(size="32"),
    "truth": lambda bundle: bundle.update(size=True),
    "format": lambda bundle: bundle.update(format="jishi.bundle/9"),
    "inner": lambda bundle: bundle["pack"].pop("id"),
    "log_field": lambda bundle: bundle["log"].update(more=1),
    "log_type": lambda bundle: bundle["log"]["indices"].append("1"),
    "index": lambda bundle: bundle["log"]["indices"].__setitem__(3, 1),
    "indices": lambda bundle: bundle["log"]["indices"].pop(),
    "twice": lambda bundle: bundle["log"]["indices"].__setitem__(0, bundle["log"]["indices"][1]),
    "shorter": lambda bundle: bundle["log"]["proof"].pop(),
    "longer": lambda bundle: bundle["log"]["proof"].append(bundle["log"]["proof"][0]),
    "swapped": lambda bundle: bundle["log"]["proof"].reverse(),
    "no_hash": lambda bundle: bundle["log"]["proof"].__setitem__(0, "AAAA"),
    "rewritten": lambda bundle: bundle["log"]["since"]["proof"].reverse(),
    "not_since": lambda bundle: bundle["log"].update(since=None),
    "other_since": lambda bundle: bundle["log"]["since"].update(checkpoint=bundle["log"]["checkpoint"]),
    "unsigned": lambda bundle: bundle["log"].update(checkpoint=bundle["log"]["checkpoint"].split("\n\n")[0] + "\n"),
    "forged": lambda bundle: bundle["log"].update(
        checkpoint=re.sub(r"\n\d+\n", "\n999\n", bundle["log"]["checkpoint"], count=1)
    ),
    "no_log": lambda bundle: bundle.update(log=None),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_altered_fails_at_the_checks_of_the_kernel(page: Page, change: str) -> None:
    bundle = logged()
    CHANGES[change](bundle)
    wrong = same(page, canonical_bytes(bundle))
    assert wrong or change == "no_log"


def test_the_same_alterations_signed_again_by_their_own_signer(page: Page) -> None:
    for change in ("entry", "missing", "moved", "late", "back", "size", "root", "not_since"):
        bundle = logged()
        CHANGES[change](bundle)
        bundle["signature"] = sign(KEY, signed_message(bundle))
        wrong = same(page, canonical_bytes(bundle))
        assert wrong and "signature" not in wrong, change


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(RAW) - 1), byte=st.integers(0, 255))
@example(
    at=167, byte=ord("E")
)  # within a number, which then is a fraction to one reader and whole to another
def test_one_altered_byte_fails_as_in_the_kernel(page: Page, at: int, byte: int) -> None:
    raw = RAW[:at] + bytes([byte]) + RAW[at + 1 :]
    assert (same(page, raw) == {}) is (raw == RAW)


@pytest.mark.parametrize(
    "raw",
    [
        b"0.5",
        b"1e3",
        b"-0",
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'"\\u0041"',
        b'"\\ud800"',
        b"",
        b" ",
        b"{}",
        b"[]",
        b"1",
        b"\xff\xfe",
        RAW + b"\n",
        b"\xef\xbb\xbf" + RAW,
        b"[" * 40 + b"]" * 40,
    ],
)
def test_whatever_the_file_holds_is_an_answer(page: Page, raw: bytes) -> None:
    assert same(page, raw)


def test_a_number_past_what_a_browser_counts_exactly_is_read_from_its_digits(page: Page) -> None:
    bundle = logged()
    bundle["outcome"]["large"] = 2**70 + 1
    bundle["signature"] = sign(KEY, signed_message(bundle))
    assert same(page, canonical_bytes(bundle)) == {}


def same(page: Page, raw: bytes) -> dict[str, str]:
    """Check here and in the kernel, demand the same answers, and return the failures."""
    here = failed(checked(page, raw))
    there = {check.name: check.code for check in verify(raw, TRUST).checks if not check.ok}
    assert here == {name: code for name, code in there.items() if name in ALIKE}
    return here


RECEIPT = make_receipt(
    read_bundle(json.loads(RAW)).entries[4], key=TRUST, sign=lambda message: sign(KEY, message)
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"seq": 6},
        {"at": 1},
        {"key": "A" * 43 + "="},
        {"more": 1},
        {"stream": "offering/x"},
        {"format": "x"},
    ],
    ids=lambda change: next(iter(change), "good"),
)
def test_a_receipt_is_judged_as_in_the_kernel(page: Page, change: Any) -> None:
    receipts = [{**RECEIPT, **change}]
    if change and "more" not in change:  # the same untruth, signed
        unsigned = {name: value for name, value in receipts[0].items() if name != "signature"}
        message = b"jishi.receipt/1\n" + canonical_bytes(unsigned)
        receipts.append({**unsigned, "signature": sign(KEY, message)})
    for receipt in receipts:
        here = [each for each in checked(page, RAW, TRUST, receipt) if each[0].startswith("receipt")]
        there = [check for check in verify_receipt(receipt, RAW).checks if check.name.startswith("receipt")]
        assert here == [[check.name, check.ok, check.code] for check in there]


SHARED = sign_places(
    [
        (each.stream, each.seq, leaf_hash(each).hex(), each.effective_at)
        for each in read_bundle(json.loads(RAW)).entries[:5]
    ],
    key=TRUST,
    sign=lambda message: sign(KEY, message),
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"seq": 6},
        {"at": 1},
        {"index": 1},
        {"index": -1},
        {"index": True},
        {"size": 4},
        {"path": []},
        {"path": None},
        {"path": ["x"]},
        {"root": "A" * 43 + "="},
        {"more": 1},
        {"format": "jishi.receipt/1"},
        {"key": "A" * 43 + "="},
    ],
    ids=str,
)
def test_one_of_many_receipts_is_judged_as_in_the_kernel(page: Page, change: Any) -> None:
    for receipt in SHARED if not change else SHARED[:1]:
        changed = {**receipt, **change}
        here = [each for each in checked(page, RAW, TRUST, changed) if each[0].startswith("receipt")]
        there = [check for check in verify_receipt(changed, RAW).checks if check.name.startswith("receipt")]
        assert here == [[check.name, check.ok, check.code] for check in there]


def test_no_receipt_at_all_is_refused(page: Page) -> None:
    nothing: tuple[Any, ...] = (None, [], "x", {})
    for receipt in nothing:
        assert failed(checked(page, RAW, TRUST, receipt)) == {"receipt_signature": "evidence.receipt.fields"}


LEAVES = [sha256(b"%d" % at).digest() for at in range(70)]
TREE = Tree(LEAVES)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_proofs_are_judged_as_in_the_kernel(page: Page, data: Any) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    chosen = data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=12))
    proof = TREE.inclusion_of(sorted(chosen), size)
    held = {at: LEAVES[at] for at in chosen}
    earlier = data.draw(st.integers(1, size))
    growth = TREE.consistency(earlier, size)
    if data.draw(st.booleans()):
        proof, growth = _spoil(data, proof), _spoil(data, growth)
    roots = [TREE.root(earlier), TREE.root(size)]
    texts = [{str(at): leaf.hex() for at, leaf in held.items()}, [each.hex() for each in proof]]
    here = page.evaluate(PROVE, ["included", texts[0], [size], texts[1], [roots[1].hex()]])
    assert here is are_included(held, size, proof, roots[1])
    moves = [each.hex() for each in growth], [each.hex() for each in roots]
    assert page.evaluate(PROVE, ["consistent", [], [earlier, size], *moves]) is is_consistent(
        (earlier, size), growth, (roots[0], roots[1])
    )
    written = [leaf.hex() for leaf in LEAVES[:size]]
    assert bytes(page.evaluate(PROVE, ["root", written, [], [], []])) == roots[1]


def _spoil(data: Any, proof: list[bytes]) -> list[bytes]:
    how = data.draw(st.sampled_from(["drop", "add", "swap"]))
    if how == "drop":
        return proof[:-1]
    return [*proof, LEAVES[0]] if how == "add" else proof[::-1]


def test_the_page_has_a_sentence_for_every_code_its_scripts_name() -> None:
    source = "".join((SCRIPTS / name).read_text("utf-8") for name in MODULES)
    named = set(re.findall(r"\"((?:verify|evidence)\.[a-z_.0-9]+)\"", source))
    named |= {f"evidence.{each}.{why}" for each in ("entry", "bundle") for why in ("fields", "type")}
    said = {code for code in CODES if not code.startswith("verify.check.") and not code.endswith(".ok")}
    assert named - {"evidence.entry", "evidence.bundle"} == said


def test_the_verifier_is_served_as_the_page_describes_it(published: dict[str, Any]) -> None:
    answer = published["verifier"]
    assert sha256(answer.content).hexdigest() in published["en"].decode()
    assert "jishi-verify.pyz" in answer["Content-Disposition"]
    assert published["again"].status_code == 304


@pytest.fixture
def opened(browser: Browser, published: dict[str, Any]) -> Iterator[Page]:
    """Open the real page, its files served from the sources."""
    context = browser.new_context()
    page = context.new_page()
    body = published["en"]

    def serve(route: Route) -> None:
        name = Path(route.request.url.split("?")[0]).name
        if route.request.url == SITE + "/verify/":
            headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
            route.fulfill(body=body, content_type="text/html", headers=headers)
        elif (SCRIPTS / name).is_file() and name.endswith((".js", ".css")):
            kind = "text/javascript" if name.endswith(".js") else "text/css"
            route.fulfill(body=(SCRIPTS / name).read_bytes(), content_type=kind)
        else:
            route.fulfill(status=204, body=b"")

    page.route("**/*", serve)
    page.goto(SITE + "/verify/")
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def give(page: Page, raw: bytes, *receipts: Any) -> None:
    files = [{"name": f"r{at}.json", "mimeType": "application/json", "buffer": json.dumps(each).encode()}
             for at, each in enumerate(receipts)]  # fmt: skip
    page.locator("#receipt").set_input_files(files)  # type: ignore[arg-type]
    bundle = {"name": "b.json", "mimeType": "application/json", "buffer": raw}
    page.locator("#bundle").set_input_files(bundle)  # type: ignore[arg-type]


def test_the_page_checks_at_once_and_offline(opened: Page) -> None:
    opened.context.set_offline(True)
    opened.unroute("**/*")
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.locator("#trust").fill(TRUST)
    give(opened, canonical_bytes(logged()))
    opened.locator("#here .verdict:has-text('Everything checked in this browser passed')").wait_for()
    assert opened.locator("#here li.pass").count() == len(ALIKE)
    assert "recomputed here" in opened.locator("#here .verdict").inner_text()
    assert "server" in opened.locator("#here li[data-check=outcome]").inner_text()
    changed = RAW.replace(b'"price_fen":1020000000', b'"price_fen":1020000001', 1)
    give(opened, changed, RECEIPT)
    opened.locator("#here .verdict.bad").wait_for()
    found = {item.get_attribute("data-check") for item in opened.locator("#here li.fail").all()}
    assert found == {"signature", "root"}
    give(opened, RAW, {**RECEIPT, "seq": 6})
    opened.locator("#here li.fail[data-check=receipt_signature]").wait_for()
    assert "{" not in opened.locator("#here").inner_text()
    assert not asked


def test_files_dropped_together_are_told_apart(opened: Page) -> None:
    opened.locator("#trust").fill(TRUST)
    opened.evaluate(
        """([bundle, receipt]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([receipt], "receipt.json"));
          transfer.items.add(new File([bundle], "bundle.json"));
          document.querySelector("[data-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer }));
        }""",
        [RAW.decode(), json.dumps(RECEIPT)],
    )
    opened.locator("#here li.pass[data-check=receipt_entry]").wait_for()
    assert opened.locator("#here li.fail").count() == 0
    assert opened.evaluate("document.querySelector('#bundle').files[0].name") == "bundle.json"


def test_a_browser_without_ed25519_says_so(opened: Page) -> None:
    opened.evaluate(WITHOUT_ED25519)
    opened.locator("#trust").fill(TRUST)
    give(opened, canonical_bytes(logged()), RECEIPT)
    opened.locator("#here .verdict.warn").wait_for()
    notes = {item.get_attribute("data-check") for item in opened.locator("#here li.note").all()}
    assert notes >= {"signature", "log", "receipt_signature"}
    assert "no Ed25519" in opened.locator("#here li[data-check=signature]").inner_text()
    assert opened.locator("#here li.pass[data-check=root]").count() == 1
