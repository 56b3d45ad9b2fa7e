"""Tables of the platform. They hold no domain: streams, entries, grants, deadlines, files, projections."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Create users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a user with a hashed password."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Store a user who may use the technical administration."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A natural person who signs in by e-mail; what they may do stands in grants."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=80, blank=True)
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]


class StreamHead(models.Model):
    """The head of one evidence stream; its row lock serialises the writers of that stream."""

    stream = models.CharField(max_length=80, primary_key=True)
    seq = models.PositiveIntegerField(default=0)
    at_ms = models.BigIntegerField(default=0)
    recorded_ms = models.BigIntegerField(default=0)


class EvidenceEntry(models.Model):
    """One entry of the public evidence log; `index` is its place in the global log once sequenced."""

    stream = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    effective_at = models.BigIntegerField()
    recorded_at = models.BigIntegerField()
    data = models.TextField()
    leaf_hash = models.CharField(max_length=64)
    index = models.BigIntegerField(null=True, unique=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["stream", "seq"], name="entry_stream_seq")]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(index__isnull=True), name="entry_unsequenced"),
            models.Index(fields=["stream", "kind", "seq"], name="entry_stream_kind"),
        ]


class LogHead(models.Model):
    """The size of the global log; its row lock serialises the sequencer."""

    size = models.BigIntegerField(default=0)


class CommandRecord(models.Model):
    """The answer once given to an idempotency key, so that a retry gets the same one."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    answer = models.JSONField()
    at_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["scope", "key"], name="command_scope_key")]


class Deadline(models.Model):
    """A due instant; whoever finds it due runs its handler under the owner's lock.

    `run_ms` is when to run it next: the due instant, or later after a failure.
    """

    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=80)
    due_ms = models.BigIntegerField()
    run_ms = models.BigIntegerField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "ref"], name="deadline_kind_ref")]


class Heartbeat(models.Model):
    """The last instant at which a process was known to run; with `silent_from_ms`, the end of a silence of all.

    `last_entry` is the evidence entry before the silence.
    """

    name = models.CharField(max_length=40, primary_key=True)
    at_ms = models.BigIntegerField()
    silent_from_ms = models.BigIntegerField(null=True)
    last_entry = models.BigIntegerField(null=True)


class Grant(models.Model):
    """Person × organisation × role × division subtree or object × interval.

    A grant that names a `department` (部门) reaches of the cases only those of that department.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    organisation = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=40)
    division = models.CharField(max_length=6, blank=True)
    object_id = models.CharField(max_length=80, blank=True)
    department = models.CharField(max_length=80, blank=True, default="", db_default="")
    since_ms = models.BigIntegerField(default=0)
    until_ms = models.BigIntegerField(null=True)


class ApiToken(models.Model):
    """A token a program signs in with as its owner; only its hash is kept."""

    id = models.CharField(max_length=32, primary_key=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, unique=True)
    made_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField()


class AccessRecord(models.Model):
    """Who asked for what guarded thing, and whether it was given."""

    at_ms = models.BigIntegerField(db_index=True)
    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    action = models.CharField(max_length=60)
    object_id = models.CharField(max_length=80, blank=True)
    division = models.CharField(max_length=6, blank=True)
    allowed = models.BooleanField()


class StoredFile(models.Model):
    """A file by its content; the bytes stand outside the database."""

    id = models.CharField(max_length=32, primary_key=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    owner = models.CharField(max_length=80, db_index=True)
    public = models.BooleanField(default=False)
    at_ms = models.BigIntegerField()


class SearchRow(models.Model):
    """The projection that mixed lists read: who owns the row writes it in its own transaction.

    By `inside` only its office finds it; `marks` are attributes in their short form.
    """

    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=80)
    party = models.CharField(max_length=32, blank=True)
    division = models.CharField(max_length=6, blank=True)
    state = models.CharField(max_length=40, blank=True)
    due_ms = models.BigIntegerField(null=True)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    inside = models.TextField(blank=True)
    marks = models.TextField(blank=True)
    public = models.BooleanField(default=False)
    updated_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "object_id", "party"], name="search_kind_object_party")
        ]
        indexes: ClassVar = [
            models.Index(fields=["public", "-updated_ms", "-id"], name="search_public_recent")
        ]


class SharedValue(models.Model):
    """What all processes remember for a short while, by the keyed hash of its name; `value` is JSON."""

    key = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()
    until_ms = models.BigIntegerField(db_index=True)


class SubjectKey(models.Model):
    """The wrapped key of one subject's personal fields; erasure removes the wrapping."""

    subject = models.CharField(max_length=80, primary_key=True)
    wrapped = models.BinaryField(null=True)
    destroyed_ms = models.BigIntegerField(null=True)
