"""Tables of the registers. Masked fields stand masked in `data`; their originals are encrypted in `sealed`."""

from django.conf import settings
from django.db import models


class RegisterEntry(models.Model):
    """The present version of an entry; `min_x` to `max_y` bound its shape in the kind's coordinates.

    `span` classes how large the shape is, so that a box looks for small ones close by. From `lapses_ms` on the
    entry is no longer valid.
    """

    id = models.CharField(max_length=32, primary_key=True)
    kind = models.CharField(max_length=60)
    number = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    division = models.CharField(max_length=6)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=40)
    data = models.JSONField()
    sealed = models.TextField(blank=True)
    geometry = models.JSONField(null=True)
    min_x = models.FloatField(null=True)
    min_y = models.FloatField(null=True)
    max_x = models.FloatField(null=True)
    max_y = models.FloatField(null=True)
    span = models.PositiveSmallIntegerField(null=True)
    public = models.BooleanField(default=True)
    lapses_ms = models.BigIntegerField(null=True)
    created_ms = models.BigIntegerField(default=0)
    updated_ms = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "division", "number"], name="entry_kind_division_number")
        ]
        indexes = [
            models.Index(
                fields=["kind", "span", "min_x", "min_y", "max_x", "max_y", "public", "updated_ms", "id"],
                name="entry_kind_ground",
            ),
            models.Index(fields=["kind", "-updated_ms", "-id"], name="entry_kind_recent"),
            models.Index(fields=["number"], name="entry_number"),
            models.Index(fields=["kind", "division", "state", "public"], name="entry_kind_reach"),
            models.Index(fields=["kind", "state", "public"], name="entry_kind_state"),
            models.Index(fields=["id", "updated_ms", "public"], name="entry_changed"),
        ]

    @property
    def stream(self) -> str:
        """Return the name of the entry's evidence stream, also the subject of its personal key."""
        return f"entry/{self.id}"


class EntryVersion(models.Model):
    """What an entry said from `at_ms` until `until_ms`; `salt` opens its commitment in the evidence."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=60, default="")
    number = models.CharField(max_length=120, default="")
    title = models.CharField(max_length=200, default="")
    division = models.CharField(max_length=6, default="")
    state = models.CharField(max_length=40)
    data = models.JSONField()
    sealed = models.TextField(blank=True)
    geometry = models.JSONField(null=True)
    salt = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "version"], name="entry_version_once")]
        indexes = [
            models.Index(
                fields=["kind", "until_ms", "at_ms"],
                condition=models.Q(until_ms__isnull=False),
                name="entry_version_closed",
            ),
            models.Index(
                fields=["kind", "-at_ms", "-entry"],
                condition=models.Q(until_ms__isnull=False),
                name="entry_version_past",
            ),
        ]


class Encumbrance(models.Model):
    """A burden on an entry (权利限制), such as a mortgage or a seizure.

    `rank` orders those of one kind by the time of their registration, `registered_ms`; `since_ms` is when the
    burden itself began.
    """

    id = models.CharField(max_length=32, primary_key=True)
    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="encumbrances")
    kind = models.CharField(max_length=40)
    holder = models.CharField(max_length=120)
    holder_party = models.CharField(max_length=32, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    basis = models.CharField(max_length=300, blank=True)
    since_ms = models.BigIntegerField()
    until_day = models.DateField(null=True)
    registered_ms = models.BigIntegerField(default=0)
    lifted_ms = models.BigIntegerField(null=True)
    lifted_reason = models.CharField(max_length=300, blank=True)
    rank = models.PositiveIntegerField()


class IndexValue(models.Model):
    """One value of an indexed field; only such fields facet and filter."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.CASCADE, related_name="values")
    kind = models.CharField(max_length=60, default="")
    field = models.CharField(max_length=60)
    public = models.BooleanField()
    text = models.CharField(max_length=200, blank=True)
    number = models.DecimalField(max_digits=30, decimal_places=6, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "field", "text", "entry"], name="index_value_text"),
            models.Index(fields=["kind", "field", "number", "entry"], name="index_value_number"),
        ]


class NumberSeries(models.Model):
    """The last serial given in a series of numbers; its row lock gives each serial once, without a gap."""

    kind = models.CharField(max_length=60)
    series = models.CharField(max_length=80)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "series"], name="number_series_once")]


class ImportRun(models.Model):
    """Rows of a file on their way into a register: first tried, then written piece by piece.

    `columns` says which column goes to which field; `done` rows are behind it, of which `good` are sound.
    """

    id = models.CharField(max_length=32, primary_key=True)
    kind = models.CharField(max_length=60)
    division = models.CharField(max_length=6, blank=True)
    mode = models.CharField(max_length=10)
    file = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    form = models.CharField(max_length=10)
    columns = models.JSONField()
    state = models.CharField(max_length=10)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_ms = models.BigIntegerField()
    updated_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["kind", "-started_ms"], name="import_kind_recent")]


class ImportProblem(models.Model):
    """What keeps one row of a file out; `row` counts from 1 below the header."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=80)
    params = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["run", "row"], name="import_problem_row")]
