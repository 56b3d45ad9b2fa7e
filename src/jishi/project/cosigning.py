"""Ask the witnesses a market names (JISHI_WITNESSES) to cosign its checkpoint, beside the clock, never before a bid.

A witness that is down or refuses changes nothing here; the checkpoint then stands without its line.
"""

import logging
import threading
import urllib.error
import urllib.request

from django.conf import settings
from django.db import connection

from jishi.kernel.evidence.note import Signature, read_note
from jishi.platform.log import keep_cosignature, published_tree, signed_checkpoint
from jishi.platform.witness import dump_request

WAIT_S = 3
log = logging.getLogger("jishi.cosigning")


class Cosigner:
    """Ask in one thread at a time; a checkpoint that comes meanwhile is asked for next time."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._asked = ""

    def ask(self) -> None:
        """Begin to ask about the checkpoint in force, unless a thread still does or it was asked about."""
        note = signed_checkpoint()
        busy = self._thread is not None and self._thread.is_alive()
        if note is None or busy or not settings.JISHI_WITNESSES:
            return
        text = read_note(note.encode()).text
        if text != self._asked:
            self._asked = text
            self._thread = threading.Thread(target=ask_all, args=(text, note), daemon=True)
            self._thread.start()


def ask_all(text: str, note: str) -> int:
    """Ask every witness to cosign a note with this text; return how many did."""
    count = 0
    try:
        for address in settings.JISHI_WITNESSES:
            signatures = _ask(address, note.encode())
            count += any(keep_cosignature(text, each) for each in signatures)
    finally:
        connection.close()
    return count


def _ask(address: str, note: bytes, old_size: int = 0, tries: int = 2) -> list[Signature]:
    tree = published_tree()
    proof = tree.consistency(old_size) if 0 < old_size < tree.size else []
    url, body = f"{address.rstrip('/')}/add-checkpoint", dump_request(old_size, proof, note)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=WAIT_S) as answer:
            whole = read_note(note).text.encode() + b"\n" + answer.read()
            return list(read_note(whole).signatures)
    except urllib.error.HTTPError as error:
        size = error.read().strip()
        if error.code == 409 and tries > 1 and size.isdigit():
            return _ask(address, note, int(size), tries - 1)
        log.warning("witness %s refused: %s", address, error.code)
    except (OSError, ValueError) as error:
        log.warning("witness %s cannot be asked: %s", address, error)
    return []
