"""One spelling for what people type: half-width signs, no blanks at the ends, nothing unseen."""

import re
import unicodedata

# Controls that no file format can hold, and marks that make a text read otherwise than it is stored.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def narrow(text: str) -> str:
    """Return the text with full-width signs made half-width (NFKC) and its ends trimmed.

    >>> narrow(" １，２３４．５㎡ ")
    '1,234.5m2'
    """
    return unicodedata.normalize("NFKC", text).strip()


def visible(text: str) -> str:
    """Return the text without characters that nobody sees; tabs and line ends stay.

    >>> visible("a\\x0bb\\u202ec")
    'abc'
    """
    return _UNSEEN.sub("", text)
