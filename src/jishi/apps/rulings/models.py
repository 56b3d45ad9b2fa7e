"""Tables of the rulings: what a rule decided of an object, what it needs to know, who decided instead."""

from django.conf import settings
from django.db import models

OPEN, SETTLED, OVERRIDDEN = "open", "settled", "overridden"


class Ruling(models.Model):
    """One decision on one object; `body` is the decision as evidence keeps it, with the pack's hash."""

    id = models.CharField(max_length=32, primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    part = models.CharField(max_length=40, blank=True)
    division = models.CharField(max_length=6)
    rule = models.CharField(max_length=120)
    basis = models.CharField(max_length=10)
    as_of = models.DateField()
    pack = models.CharField(max_length=64)
    status = models.CharField(max_length=12)
    answer = models.CharField(max_length=60, blank=True)
    row = models.CharField(max_length=80, blank=True)
    permits = models.BooleanField()
    body = models.JSONField()
    made_ms = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "-made_ms"], name="ruling_of_subject"),
            models.Index(fields=["rule", "-made_ms"], name="ruling_of_rule"),
            models.Index(fields=["pack"], name="ruling_of_pack"),
        ]


class FactTask(models.Model):
    """A guarded action waits for facts: which, for what, since when; `needs` are names of facts."""

    id = models.CharField(max_length=32, primary_key=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    part = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=300)
    division = models.CharField(max_length=6)
    rule = models.CharField(max_length=120)
    needs = models.JSONField()
    state = models.CharField(max_length=12, default=OPEN)
    ruling = models.ForeignKey(Ruling, on_delete=models.PROTECT, related_name="tasks")
    opened_ms = models.BigIntegerField()
    closed_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "part", "rule"],
                condition=models.Q(state=OPEN),
                name="one_open_task",
            )
        ]
        indexes = [models.Index(fields=["state", "division", "-opened_ms"], name="fact_task_inbox")]


class StatedFact(models.Model):
    """A fact a person stated of an object, with the ground for it; the latest of a name holds."""

    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    part = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    ground = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="stated_of_subject")]


class Override(models.Model):
    """A person decided where the rule could not, with a reason; it permits while what is known stays the same."""

    ruling = models.OneToOneField(Ruling, on_delete=models.PROTECT)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    part = models.CharField(max_length=40, blank=True)
    rule = models.CharField(max_length=120)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at_ms = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id", "rule"], name="override_of_subject")]
