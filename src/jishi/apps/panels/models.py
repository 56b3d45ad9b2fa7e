"""Tables of panels: the pool of experts, panels with their draw, seats, contributions, marks and counts of ballots.

Names stand here alone; the log knows experts by aliases of one panel. No row says who voted how.
"""

from typing import ClassVar

from django.db import models

ACTIVE, SUSPENDED, RETIRED = "active", "suspended", "retired"
EXPERT_STATES = (ACTIVE, SUSPENDED, RETIRED)
CONVENED, DRAWN, SITTING, CLOSED, DISSOLVED = "convened", "drawn", "sitting", "closed", "dissolved"
RUNNING = (CONVENED, DRAWN, SITTING)
ASKED, ACCEPTED, LEFT = "asked", "accepted", "left"


class Expert(models.Model):
    """An expert of the pool (评审专家): the office's number for them, employer, fields, titles, account.

    Only who is active and has an account can be drawn, since nobody else could mark or vote.
    """

    id = models.CharField(max_length=32, primary_key=True)
    number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    organisation = models.CharField(max_length=120)
    specialities = models.JSONField(default=list)
    titles = models.CharField(max_length=200, blank=True)
    division = models.CharField(max_length=6)
    email = models.CharField(max_length=254, blank=True)
    person = models.BigIntegerField(null=True, db_index=True)
    state = models.CharField(max_length=12, default=ACTIVE)
    reason = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    added_ms = models.BigIntegerField()
    updated_ms = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["division", "number"], name="expert_division_number")]

    @property
    def stream(self) -> str:
        """Name the evidence stream of this expert."""
        return f"expert/{self.id}"


class Panel(models.Model):
    """A panel of one owner, from its convening to its result.

    `pool` holds [alias, employer's mark, fields, expert id] of all who could be drawn; `recusal` the grounds
    as committed; `known` those that came to light later, by alias. `contributions` are those mixed into the seed.
    """

    id = models.CharField(max_length=32, primary_key=True)
    owner_kind = models.CharField(max_length=20)
    owner_id = models.CharField(max_length=64)
    division = models.CharField(max_length=6, blank=True)
    number = models.CharField(max_length=80)
    title = models.CharField(max_length=240)
    state = models.CharField(max_length=12, default=CONVENED, db_index=True)
    names = models.CharField(max_length=8)
    demand = models.JSONField()
    pool = models.JSONField()
    pool_size = models.PositiveIntegerField()
    recusal = models.JSONField()
    known = models.JSONField(default=dict)
    pool_salt = models.CharField(max_length=64)
    pool_commitment = models.CharField(max_length=64)
    secret_commitment = models.CharField(max_length=64)
    mixes_sealed = models.BooleanField(default=False)
    contributions = models.JSONField(default=dict)
    secret = models.CharField(max_length=64, blank=True)
    secret_salt = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=list)
    task = models.JSONField(null=True)
    result = models.JSONField(null=True)
    reason = models.CharField(max_length=2000, blank=True)
    convened_by = models.BigIntegerField(null=True)
    convened_ms = models.BigIntegerField()
    drawn_ms = models.BigIntegerField(null=True)
    sat_ms = models.BigIntegerField(null=True)
    closed_ms = models.BigIntegerField(null=True)
    opened_ms = models.BigIntegerField(null=True)
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner_kind", "owner_id"],
                condition=models.Q(state__in=RUNNING),
                name="panel_one_running",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner_kind", "owner_id"], name="panel_owner"),
            models.Index(fields=["-convened_ms", "-id"], name="panel_recent"),
        ]

    @property
    def stream(self) -> str:
        """Name the evidence stream of this panel."""
        return f"panel/{self.id}"

    @property
    def is_ballot(self) -> bool:
        """Tell whether the panel votes; else it marks."""
        return self.task is not None and self.task["kind"] == "ballot"


class Contribution(models.Model):
    """What an office that does not run the draw adds to its seed: 64 hex digits, public at once."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="given")
    source = models.CharField(max_length=40)
    person = models.BigIntegerField(null=True)
    value = models.CharField(max_length=64)
    at_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["panel", "source"], name="contribution_source"),
            models.UniqueConstraint(fields=["panel", "person"], name="contribution_person"),
        ]


class Member(models.Model):
    """One who was asked to sit: drawn (with field and place) or named by the owner (neither); `seat` from 1."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="members")
    seat = models.PositiveSmallIntegerField()
    alias = models.CharField(max_length=12)
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, null=True, related_name="+")
    person = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=80)
    organisation = models.CharField(max_length=120, blank=True)
    speciality = models.CharField(max_length=80, blank=True)
    place = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, default=ASKED)
    ground = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    asked_ms = models.BigIntegerField()
    answered_ms = models.BigIntegerField(null=True)
    voted = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["panel", "alias"], name="panel_member_alias"),
        ]


class Sheet(models.Model):
    """One member's marks of one subject; with `salt` they open the commitment in the log."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="sheets")
    subject = models.CharField(max_length=40)
    marks = models.JSONField()
    salt = models.CharField(max_length=64)
    at_ms = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "subject"], name="sheet_once"),
        ]


class Count(models.Model):
    """How a secret ballot (无记名投票) on one subject stands; a vote is added and never kept by itself."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="counts")
    subject = models.CharField(max_length=40)
    yes = models.PositiveIntegerField(default=0)
    no = models.PositiveIntegerField(default=0)
    abstain = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["panel", "subject"], name="count_once"),
        ]
