"""Text cut into grams, so that any stretch of it is found exactly without a word list.

Han and other wide script is cut into overlapping pairs, or longer grams where an engine asks for them, letters and
digits into overlapping fours; what is left at the end of a run stands as shorter grams. So every place of a text
begins one gram: a stretch as long as a gram is the phrase of its grams, a shorter one the beginning of a gram.
Punctuation separates and is not searched.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2s

WIDE, NARROW = 2, 4
LONGEST_QUERY = 100
MOST_PHRASES = 12
_RUN = re.compile(r"[0-9a-z]+|[^\W_a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Grams that follow one another; where `open_end`, the last may be the beginning of a gram."""

    grams: tuple[str, ...]
    open_end: bool = False


def cut(text: str, wide: int = WIDE) -> Iterator[str]:
    """Yield the grams of a text, one for each of its characters that can be searched; `wide` is their length in Han.

    >>> list(cut("吉林省 A-22010")), list(cut("ＡＢ"))
    (['吉林', '林省', '省', 'a', '2201', '2010', '010', '10', '0'], ['ab', 'b'])
    """
    for run in _runs(text):
        size = _size(run, wide)
        yield from (run[at : at + size] for at in range(len(run)))


def phrases(text: str, wide: int = WIDE) -> list[Phrase]:
    """Return the phrases that a text holding every word of `text` holds, where it was cut as `wide`.

    >>> phrases("吉林省 宗地 省")[0]
    Phrase(grams=('吉林', '林省'), open_end=False)
    >>> phrases("省")
    [Phrase(grams=('省',), open_end=True)]
    """
    found = dict.fromkeys(_phrase(run, wide) for run in _runs(text[:LONGEST_QUERY]))
    return list(found)[:MOST_PHRASES]


def mark(name: str) -> str:
    """Return the fixed short form of an attribute such as `state=offered`, by which rows are chosen.

    >>> mark("state=offered") == mark("state=offered"), len(mark("state=offered"))
    (True, 14)
    """
    return "zz" + blake2s(name.encode(), digest_size=6).hexdigest()


def _phrase(run: str, wide: int) -> Phrase:
    size = _size(run, wide)
    if len(run) < size:
        return Phrase((run,), open_end=True)
    return Phrase(tuple(run[at : at + size] for at in range(len(run) - size + 1)))


def _runs(text: str) -> Iterator[str]:
    yield from _RUN.findall(unicodedata.normalize("NFKC", text).casefold())


def _size(run: str, wide: int) -> int:
    return NARROW if run[0].isascii() else wide
