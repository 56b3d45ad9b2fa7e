"""Tables of the registers. Masked fields stand masked in `data`; their originals are encrypted in `sealed`."""

from django.conf import settings
from django.db import models


class RegisterEntry(models.Model):
    """The present version of an entry; `min_x` to `max_y` bound its shape in the kind's coordinates."""

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
    public = models.BooleanField(default=True)
    updated_ms = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "division", "number"], name="entry_kind_division_number")
        ]
        indexes = [
            models.Index(fields=["kind", "min_x", "max_x"], name="entry_kind_box"),
            models.Index(fields=["kind", "-updated_ms", "-id"], name="entry_kind_recent"),
            models.Index(fields=["number"], name="entry_number"),
        ]

    @property
    def stream(self) -> str:
        """Return the name of the entry's evidence stream, also the subject of its personal key."""
        return f"entry/{self.id}"


class EntryVersion(models.Model):
    """What an entry said from `at_ms` on; `salt` opens its commitment in the evidence."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=40)
    data = models.JSONField()
    sealed = models.TextField(blank=True)
    geometry = models.JSONField(null=True)
    salt = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "version"], name="entry_version_once")]


class Encumbrance(models.Model):
    """A burden on an entry (权利限制), such as a mortgage or a seizure; `rank` orders those of one kind."""

    id = models.CharField(max_length=32, primary_key=True)
    entry = models.ForeignKey(RegisterEntry, on_delete=models.PROTECT, related_name="encumbrances")
    kind = models.CharField(max_length=40)
    holder = models.CharField(max_length=120)
    holder_party = models.CharField(max_length=32, blank=True)
    since_ms = models.BigIntegerField()
    lifted_ms = models.BigIntegerField(null=True)
    rank = models.PositiveIntegerField()


class IndexValue(models.Model):
    """One value of an indexed field; only such fields facet and filter."""

    entry = models.ForeignKey(RegisterEntry, on_delete=models.CASCADE, related_name="values")
    field = models.CharField(max_length=60)
    public = models.BooleanField()
    text = models.CharField(max_length=200, blank=True)
    number = models.DecimalField(max_digits=30, decimal_places=6, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["field", "text", "entry"], name="index_value_text"),
            models.Index(fields=["field", "number", "entry"], name="index_value_number"),
        ]
