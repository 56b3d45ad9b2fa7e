"""What became of the rows of a table, counted part by part."""

from collections import Counter
from dataclasses import dataclass, field

from jishi.kernel.rules.frame import UNDECIDED, Decided


@dataclass
class Tally:
    """Count what became of all rows: answers of tables or the known values, what is missing, rows with problems."""

    rows: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    troubled: int = 0
    unconfirmed: int = 0
    least: int | None = None
    greatest: int | None = None

    def add(self, decided: Decided) -> None:
        """Count some more rows."""
        frame = decided.frame
        self.rows += len(frame)
        status = dict(frame["status"].value_counts().iter_rows())
        known = status.pop("determined", 0)
        if decided.answers.words is None:
            self.answers["known"] += known
            values = frame["answer"].drop_nulls()
            if len(values):
                low, high = int(values.min()), int(values.max())  # type: ignore[arg-type]
                self.least = low if self.least is None else min(low, self.least)
                self.greatest = high if self.greatest is None else max(high, self.greatest)
        else:
            self.answers.update(dict(frame["answer"].drop_nulls().value_counts().iter_rows()))
        self.answers.update(status)
        for names, count in frame["missing"].drop_nulls().value_counts().iter_rows():
            self.missing.update(dict.fromkeys(filter(None, names.split("; ")), count))
        self.troubled += len(frame) - frame["problems"].null_count()
        self.unconfirmed += int((frame["confidence"] == "unconfirmed").sum())

    @property
    def undetermined(self) -> int:
        """Count the rows without a definite answer."""
        return self.answers[UNDECIDED] + self.answers["conflict"]
