"""Tables of the sealing: the committee of an offering and its members. Envelopes stand in the evidence alone."""

from typing import ClassVar

from django.db import models


class Committee(models.Model):
    """The opening committee (开启委员会) of one offering; `file` is the committee file once all keys are in."""

    offering_id = models.CharField(max_length=32, primary_key=True)
    division = models.CharField(max_length=6, blank=True)
    suite = models.CharField(max_length=12)
    threshold = models.PositiveSmallIntegerField()
    bid_size = models.PositiveIntegerField()
    file = models.JSONField(null=True)
    named_ms = models.BigIntegerField()
    formed_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)
    end_reason = models.TextField(blank=True)
    opened_ms = models.BigIntegerField(null=True)
    simulated = models.BooleanField(default=False)


class Member(models.Model):
    """One seat: who holds it (nobody in a simulation), the public key, and the private key once published.

    `kept` is the private key of a simulated member, which no person could keep.
    """

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="members")
    index = models.PositiveSmallIntegerField()
    person = models.BigIntegerField(null=True, db_index=True)
    seat = models.CharField(max_length=80)
    public = models.CharField(max_length=128, blank=True, db_index=True)
    registered_ms = models.BigIntegerField(null=True)
    private = models.CharField(max_length=64, blank=True)
    published_ms = models.BigIntegerField(null=True)
    kept = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["committee", "index"], name="member_index"),
            models.UniqueConstraint(fields=["committee", "person"], name="member_person"),
        ]
