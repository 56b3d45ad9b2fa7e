"""A book: how many lines were entered, and one hash that stands for all of them in order.

A state stays small while bids are many: it keeps the hash, the evidence keeps the lines, and
whoever clears brings the lines again. Refuses lines that are not exactly those entered.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple

from jishi.kernel.evidence.canonical import canonical_bytes


class Book(NamedTuple):
    """So many lines, and SHA-256 over the hash before and the canonical line, 64 hex digits."""

    size: int = 0
    digest: str = "0" * 64


def enter(book: Book, line: Any) -> Book:
    """Return the book with one more line, any JSON value.

    >>> enter(Book(), ["b1", 5]).size
    1
    """
    return Book(book.size + 1, sha256(bytes.fromhex(book.digest) + canonical_bytes(line)).hexdigest())


def is_whole(book: Book, lines: Iterable[Any]) -> bool:
    """Tell whether these are the lines of the book, all of them in order."""
    again = Book()
    for line in lines:
        again = enter(again, line)
    return again == book
