"""What is published names no machine of ours and no host a package came from."""

import re

from tests.house.tree import name, tracked

INDEXES = ("py" + "pi", "python" + "hosted", "npm" + "js")  # in parts, so that this file passes its own test
REFUSED = {
    "a path of one machine": re.compile(
        r"(?:^|[\s\"'`(=:])/(?:work|tmp|root|home|Users)/[\w.]", re.MULTILINE
    ),
    "the host of a package index": re.compile(
        rf"\b(?:(?:[\w-]+\.)*(?:{'|'.join(INDEXES)})\.org|(?:[\w-]+\.)*(?:tuna|mirrors?|artifactory|nexus)\.[\w.-]+)",
        re.IGNORECASE,
    ),
    "an unfinished merge": re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE),
}
BINARY = {".png", ".jpg", ".woff2", ".ttf", ".otf", ".ico", ".pdf", ".gz", ".mo", ".zip"}
TEXTS = tuple(path for path in tracked() if path.suffix not in BINARY and "vendor" not in path.parts)


def test_nothing_private_is_published() -> None:
    found = [
        f"{name(path)}: {what}: {hit.group()!r}"
        for path in TEXTS
        for what, form in REFUSED.items()
        if (hit := form.search(path.read_text("utf-8", errors="replace")))
    ]
    assert not found, "\n".join(found)


def test_requirements_are_hashed_and_name_no_host() -> None:
    compiled = [path for path in tracked() if path.parent.name == "requirements" and path.suffix == ".txt"]
    assert compiled
    for path in compiled:
        text = path.read_text("utf-8")
        assert "://" not in text and "--index" not in text and "--find-links" not in text, name(path)
        pinned = re.findall(r"^[\w.\[\],-]+==", text, re.MULTILINE)
        hashed = re.findall(r"^[\w.\[\],-]+==.*\\\n    --hash=sha256:", text, re.MULTILINE)
        assert pinned and len(pinned) == len(hashed), f"{name(path)}: a requirement stands without a hash"
