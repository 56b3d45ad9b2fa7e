"""Mask personal data in log lines: resident ID numbers, mobile numbers and e-mail addresses."""

import logging
import re

_PATTERNS = (
    (re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)"), r"\1********\2"),
    (re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)"), r"\1****\2"),
    (re.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+-]*(@[A-Za-z0-9.-]+)"), r"\1***\2"),
)


def mask_text(text: str) -> str:
    """Return `text` with personal data masked.

    >>> mask_text("id 11010519491231002X tel 13912345678 a.b@example.com")
    'id 110105********002X tel 139****5678 a***@example.com'
    """
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class MaskPersonalData(logging.Formatter):
    """Write log lines masked to their end, tracebacks and what the database said in them included."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return mask_text(super().format(record))
