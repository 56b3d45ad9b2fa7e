"""Tables of pack versions: what was kept, what was released when and by whom, what is being drafted."""

from django.conf import settings
from django.db import models

OPEN, SUBMITTED, RELEASED, WITHDRAWN = "open", "submitted", "released", "withdrawn"


class PackVersion(models.Model):
    """One whole pack, kept by its hash: every file, so that it stays loadable when the wheel has changed.

    `wheel` is the hash of the installed pack it rests on, its own for a pack as installed.
    """

    hash = models.CharField(max_length=64, primary_key=True)
    pack = models.CharField(max_length=60)
    label = models.CharField(max_length=20)
    wheel = models.CharField(max_length=64)
    files = models.BinaryField()
    kept_ms = models.BigIntegerField()


class PackDraft(models.Model):
    """Changes to a pack that nobody decides by yet: texts by path, None where the file is deleted.

    `base` are the files below the changes, `parent` the version it would replace; they differ only where a
    draft takes over a new installed pack. `unseen` are files that changed below the draft since it was written.
    """

    id = models.CharField(max_length=32, primary_key=True)
    pack = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    reason = models.TextField()
    base = models.CharField(max_length=64)
    parent = models.CharField(max_length=64)
    wheel = models.CharField(max_length=64)
    files = models.JSONField(default=dict)
    unseen = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, default=OPEN)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    report = models.JSONField(null=True)
    started_ms = models.BigIntegerField()
    updated_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["pack", "state", "-updated_ms"], name="draft_of_pack")]


class PackSave(models.Model):
    """One step in the life of a draft: a file saved or deleted, or a turn of its state."""

    draft = models.ForeignKey(PackDraft, on_delete=models.PROTECT, related_name="saves")
    revision = models.PositiveIntegerField()
    act = models.CharField(max_length=12)
    path = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["draft", "-id"], name="save_of_draft")]


class PackRelease(models.Model):
    """One release: from `released_ms` on, until the next, the law asked is that of `version`."""

    number = models.PositiveIntegerField()
    pack = models.CharField(max_length=60)
    version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="releases")
    parent = models.CharField(max_length=64)
    draft = models.OneToOneField(PackDraft, on_delete=models.PROTECT, related_name="release")
    title = models.CharField(max_length=120)
    reason = models.TextField()
    changed = models.JSONField()
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    released_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "number"], name="release_number")]
