"""The documents point at what exists, and name every room of the house once."""

import re
from pathlib import Path

from tests.house.tree import DOCS, HOUSE, ROOT, SRC, name

PAGES = (*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md")))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ROOM = re.compile(r"^\| `([\w/]+)/` \|", re.MULTILINE)
# Folders that follow from a framework and are rooms of nothing.
NO_ROOMS = {"migrations", "templatetags", "management", "commands", "locale", "static", "templates"}


def test_links_resolve() -> None:
    broken = [
        f"{name(page)}: {target}"
        for page in PAGES
        for target in LINK.findall(page.read_text("utf-8"))
        if not re.match(r"[a-z]+:", target) and not _resolves(page, target)
    ]
    assert not broken, "\n".join(broken)


def test_rooms_lists_every_package_once() -> None:
    listed = ROOM.findall((DOCS / "rooms.md").read_text("utf-8"))
    assert len(listed) == len(set(listed)), "a room is listed twice"
    unlisted, gone = sorted(_rooms() - set(listed)), sorted(set(listed) - _rooms())
    assert not unlisted and not gone, f"not listed: {unlisted}; no longer there: {gone}"


def test_readmes_stay_short() -> None:
    long = [page.name for page in ROOT.glob("README*.md") if len(page.read_text("utf-8").splitlines()) >= 150]
    assert not long


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(page.name[:4]) for page in sorted((DOCS / "adr").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"^\| `(JISHI_\w+)`", (DOCS / "deploy.md").read_text("utf-8"), re.MULTILINE))
    sources = [*SRC.rglob("*.py"), ROOT / "jishi"]
    read = {
        name for source in sources for name in re.findall(r"[\"'](JISHI_\w+)[\"']", source.read_text("utf-8"))
    }
    assert read == documented, f"not documented: {read - documented}; not read: {documented - read}"


def _resolves(page: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    place = (page.parent / file).resolve() if file else page
    if not place.exists():
        return False
    return not anchor or anchor in _anchors(place)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _rooms() -> set[str]:
    """Give every package of the house by its path in it, and the packs by their own name."""
    inside = {path.parent.relative_to(HOUSE).as_posix() for path in HOUSE.rglob("*.py")} - {"."}
    packs = {path.parent.name for path in SRC.glob("*/__init__.py")} - {HOUSE.name}
    return {room for room in inside | packs if not NO_ROOMS & set(room.split("/"))}
