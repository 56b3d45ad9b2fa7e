"""Tables of the procedures. Answers a pack marks as masked stand masked in `data`; the originals are sealed."""

from django.conf import settings
from django.db import models

DRAFT, OPEN, ENDED = "draft", "open", "ended"
NEVER = 2**53 - 1
"""A due instant that never comes: it sorts last."""


class Case(models.Model):
    """One case; `body` is the state the kernel folds, `role` who the step at hand waits for."""

    id = models.CharField(max_length=32, primary_key=True)
    number = models.CharField(max_length=40, blank=True)
    procedure = models.CharField(max_length=80)
    pack = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    division = models.CharField(max_length=6, blank=True)
    party = models.CharField(max_length=32, blank=True)
    behalf = models.CharField(max_length=32, blank=True)
    behalf_how = models.CharField(max_length=60, blank=True)
    origin = models.CharField(max_length=12, default="application")
    key = models.CharField(max_length=160, null=True, unique=True)
    phase = models.CharField(max_length=8, default=DRAFT)
    step = models.CharField(max_length=60, blank=True)
    role = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    paused = models.CharField(max_length=60, blank=True)
    body = models.JSONField(default=dict)
    seq = models.PositiveIntegerField(default=0)
    due_ms = models.BigIntegerField(default=NEVER)
    due_day = models.DateField(null=True)
    provisional = models.BooleanField(default=False)
    overdue_ms = models.BigIntegerField(null=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField(max_length=32, blank=True)
    data = models.JSONField(default=dict)
    sealed = models.TextField(blank=True)
    started_ms = models.BigIntegerField(default=0)
    updated_ms = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~models.Q(number=""), name="case_number_once"
            )
        ]
        indexes = [
            models.Index(fields=["role", "due_ms", "id"], name="case_inbox"),
            models.Index(fields=["role", "division", "procedure", "due_ms", "id"], name="case_inbox_place"),
            models.Index(fields=["role", "procedure", "due_ms", "id"], name="case_inbox_procedure"),
            models.Index(fields=["party", "-updated_ms", "-id"], name="case_of_party"),
            models.Index(fields=["behalf", "-updated_ms", "-id"], name="case_of_behalf"),
            models.Index(fields=["made_by", "-updated_ms", "-id"], name="case_of_maker"),
            models.Index(fields=["procedure", "-updated_ms", "-id"], name="case_of_procedure"),
            models.Index(fields=["subject"], name="case_of_subject"),
            models.Index(
                fields=["division", "overdue_ms"],
                condition=models.Q(overdue_ms__isnull=False),
                name="case_overdue",
            ),
        ]

    @property
    def stream(self) -> str:
        """Return the name of the case's evidence stream, also the subject of its personal key."""
        return f"case/{self.id}"


class CaseAct(models.Model):
    """One act, as the kernel reads it (`body`), with what else was said; words of persons are sealed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="acts")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    step = models.CharField(max_length=60, blank=True)
    choice = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    body = models.JSONField()
    told = models.JSONField(default=dict)
    sealed = models.TextField(blank=True)
    salt = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at_ms = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="case_act_once")]
        indexes = [models.Index(fields=["by", "-at_ms"], name="case_act_of_person")]


class CaseFile(models.Model):
    """A document of a case; `need` is what it answers, `file` the stored file."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    need = models.CharField(max_length=60)
    file = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64, default="")
    name = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at_ms = models.BigIntegerField()
    removed_ms = models.BigIntegerField(null=True)


class CaseNotice(models.Model):
    """A publicity period (公示) of a case: its public lines, from when until which day."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    step = models.CharField(max_length=60)
    procedure = models.CharField(max_length=80)
    division = models.CharField(max_length=6, blank=True)
    title = models.JSONField()
    lines = models.JSONField()
    objections = models.BooleanField()
    from_ms = models.BigIntegerField()
    until = models.DateField(null=True)
    closed_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-from_ms", "-id"], name="case_notice_recent")]


class CaseObjection(models.Model):
    """An objection (异议) to a publication and the answer to it; both texts are sealed."""

    id = models.CharField(max_length=32, primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="objections")
    notice = models.ForeignKey(CaseNotice, on_delete=models.PROTECT, related_name="+")
    sealed = models.TextField()
    answer = models.TextField(blank=True)
    state = models.CharField(max_length=12, default="open")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at_ms = models.BigIntegerField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_ms = models.BigIntegerField(null=True)


class IssuedPaper(models.Model):
    """A document issued (证照、文书): `shown` are its public lines, the rest is sealed."""

    id = models.CharField(max_length=32, primary_key=True)
    number = models.CharField(max_length=80, unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    paper = models.CharField(max_length=60)
    title = models.JSONField()
    shown = models.JSONField()
    sealed = models.TextField()
    salt = models.CharField(max_length=64)
    division = models.CharField(max_length=6, blank=True)
    issued_ms = models.BigIntegerField()
    issued_on = models.DateField()
    valid_until = models.DateField(null=True)
    revoked_ms = models.BigIntegerField(null=True)
    simulated = models.BooleanField(default=False)


class Serial(models.Model):
    """The last number given in a series."""

    series = models.CharField(max_length=120, primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Delegation(models.Model):
    """A person's role handed to a deputy (代理) for a time; the grant it made."""

    id = models.CharField(max_length=32, primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    division = models.CharField(max_length=6)
    grant = models.BigIntegerField()
    reason = models.TextField()
    since_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)


class Message(models.Model):
    """What a person is told about a case: a code and its parameters, said in either language when shown."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    at_ms = models.BigIntegerField()
    read_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-at_ms", "-id"], name="case_message_of_user")]
