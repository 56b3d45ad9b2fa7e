"""Log lines as JSON, one object a line, for programs that collect them: masked to their end like every line.

What a caller hands over as `extra` stands beside the message under its own name. Refuses to fail over a value: what is
no JSON is written as text.
"""

import json
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from jishi.platform.masking import mask_text

_KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Write each record as one masked JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record: at, level, logger, process, message, what was handed over, error."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": os.getpid(),
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _KNOWN}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(_masked(line), ensure_ascii=False)


def _masked(value: Any) -> Any:
    """Mask texts, and numbers that read as personal ones, which then become texts."""
    if isinstance(value, Mapping):
        return {str(name): _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    text = mask_text(str(value))
    return value if isinstance(value, int | float) and text == str(value) else text
