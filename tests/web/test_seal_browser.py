"""The browser's own sealing, under the portal's strict policy: the same bytes as the kernel's, and nothing sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, Route

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import compose_committee, make_member_key, read_committee
from jishi.kernel.sealing.envelope import check_envelope
from jishi.kernel.sealing.opening import open_all
from jishi.web.shell.middleware import CONTENT_SECURITY_POLICY
from tests.kernel.forged_envelope import honest, keyed_committee

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "src" / "jishi" / "web" / "shell" / "static" / "shell"
KNOWN = json.loads((ROOT / "tests" / "kernel" / "data" / "envelopes.json").read_text("utf-8"))["cases"]
SITE = "http://127.0.0.1"  # a secure context, so that WebCrypto is there
FIVE = keyed_committee(3, 5)
COMMITTEE = compose_committee("x25519", "JL-1", [each.hex() for each in FIVE.committee.publics], threshold=3)
SEED = b"\x11" * 32

SEAL = """async ([committee, alias, bid, seed]) => {
  const { sealBid } = await import("/shell/seal.js");
  const { canonical } = await import("/shell/canonical.js");
  const draw = seed === null ? undefined : (size) => Uint8Array.from(seed.slice(0, size));
  try { return canonical(await sealBid(committee, alias, JSON.parse(bid), draw)); }
  catch (fault) { return [fault.code, fault.params]; }
}"""
MEMBER = """async () => {
  const { makeMemberKey, isMemberKey } = await import("/shell/seal.js");
  const key = await makeMemberKey();
  const other = await makeMemberKey();
  return [key, await isMemberKey(key), await isMemberKey({ ...key, private: other.private }), await isMemberKey({})];
}"""
SUITES = """async (suites) => {
  const { canSeal } = await import("/shell/seal.js");
  return Promise.all(suites.map((suite) => canSeal({ suite })));
}"""
# What JSON itself cannot carry into the page.
WRITE = """async (source) => {
  const { canonical } = await import("/shell/canonical.js");
  const values = {
    large: 2n ** 80n, order: { "\\u{20BB7}": 1, "\\uFF5E": 2, a: 3 }, float: 0.5, unsafe: 2 ** 53, missing: undefined,
    half: "\\uD800", date: new Date(0), deep: [...Array(40)].reduce((inner) => [inner], 0),
    limit: [...Array(32)].reduce((inner) => [inner], 0), past: [...Array(33)].reduce((inner) => [inner], 0),
  };
  try { return canonical(values[source]); } catch (fault) { return { code: fault.code }; }
}"""


def answer(route: Route) -> None:
    """Serve the scripts and an empty page, and nothing else."""
    path = SCRIPTS / Path(route.request.url).name
    script = path.is_file()
    route.fulfill(
        body=path.read_bytes() if script else b"<!doctype html><title>seal</title>",
        content_type="text/javascript" if script else "text/html",
        headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
    )


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    opened = context.new_page()
    sent: list[str] = []
    complaints: list[str] = []
    opened.route("**/*", answer)
    opened.on("request", lambda request: sent.append(request.url))
    opened.on("console", lambda said: complaints.append(said.text))
    opened.goto(SITE + "/")
    yield opened
    context.close()
    assert set(sent) == {SITE + "/", SITE + "/shell/seal.js", SITE + "/shell/canonical.js"}
    assert not complaints


def sealed(page: Page, committee: Any, alias: str, bid: Any, seed: bytes | None = SEED) -> Any:
    return page.evaluate(SEAL, [committee, alias, json.dumps(bid), None if seed is None else list(seed)])


@pytest.mark.parametrize(
    "case", [each for each in KNOWN if "seed" in each], ids=lambda case: case["committee"]["lot"]
)
def test_the_known_envelopes(page: Page, case: Any) -> None:
    made = sealed(page, case["committee"], case["alias"], case["bid"], bytes.fromhex(case["seed"]))
    assert made.encode() == canonical_bytes(case["envelope"])


TEXTS = st.text(max_size=12)
SAFE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | SAFE | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bid=st.dictionaries(TEXTS, VALUES, max_size=4), alias=TEXTS, seed=st.binary(min_size=32, max_size=32))
def test_browser_and_kernel_give_the_same_bytes_or_the_same_refusal(
    page: Page, bid: Any, alias: str, seed: bytes
) -> None:
    needed: Any
    try:
        needed = canonical_bytes(honest(FIVE.committee, alias, seed, bid)).decode()
    except Fault as fault:
        needed = [fault.code, fault.params]
    assert sealed(page, COMMITTEE, alias, bid, seed) == needed


def test_its_own_randomness_opens_and_never_repeats(page: Page) -> None:
    envelopes = [json.loads(sealed(page, COMMITTEE, "a", {"price_fen": 7}, None)) for _ in range(2)]
    assert envelopes[0]["commitment"] != envelopes[1]["commitment"]
    for envelope in envelopes:
        check_envelope(FIVE.committee, envelope, "a")
        assert open_all(FIVE.committee, {"a": envelope}, FIVE.privates).openings["a"]["bid"] == {
            "price_fen": 7
        }


@pytest.mark.parametrize("bid", [None, 1, "x", [1], {"a": "x" * 245}, {"a": [[[[[[[[]]]]]]]]}, {"a": 0.5}])
def test_refuses_by_the_code_of_the_kernel(page: Page, bid: Any) -> None:
    with pytest.raises(Fault) as caught:
        honest(FIVE.committee, "a", SEED, bid)
    assert sealed(page, COMMITTEE, "a", bid)[0] == caught.value.code


def test_refuses_a_suite_no_browser_has(page: Page) -> None:
    assert sealed(page, {**COMMITTEE, "suite": "sm"}, "a", {})[0] == "sealing.suite"
    assert page.evaluate(SUITES, ["x25519", "sm"]) == [True, False]


def test_a_member_key_of_the_browser_is_one_of_the_kernel(page: Page) -> None:
    key, own, swapped, empty = page.evaluate(MEMBER)
    assert (own, swapped, empty) == (True, False, False)
    private = bytes.fromhex(key["private"])
    assert key == make_member_key("x25519", lambda size: private)
    read_committee({**COMMITTEE, "members": [*COMMITTEE["members"], key["public"]]})


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("large", str(2**80)),
        ("order", '{"a":3,"\uff5e":2,"\U00020bb7":1}'),
        ("limit", "[" * 32 + "0" + "]" * 32),
        ("past", {"code": "evidence.canonical.depth"}),
        ("deep", {"code": "evidence.canonical.depth"}),
        ("float", {"code": "evidence.canonical.type"}),
        ("unsafe", {"code": "evidence.canonical.type"}),
        ("missing", {"code": "evidence.canonical.type"}),
        ("date", {"code": "evidence.canonical.type"}),
        ("half", {"code": "evidence.canonical.text"}),
    ],
)
def test_canonical_text_in_the_browser(page: Page, source: str, written: Any) -> None:
    assert page.evaluate(WRITE, source) == written
