"""Tables of the market. The mechanism's state stands on the offering row as a snapshot, folded under its lock."""

from typing import ClassVar

from django.db import models

from jishi.kernel.mechanism.registry import find

DRAFT, NOTICED, ENDED = "draft", "noticed", "ended"
CONFIRMED, PUBLISHED, CONTRACTED, COMPLETED = "confirmed", "published", "contracted", "completed"
UNSOLD, CONVERTED, HALTED, TERMINATED = "unsold", "converted", "halted", "terminated"
DEFAULTED = "defaulted"
OPEN_STATES = (NOTICED, ENDED, CONFIRMED, PUBLISHED, CONTRACTED)


class Offering(models.Model):
    """One lot on offer (标的): its register entry, mechanism, terms, dates, snapshot and result.

    `accepts` names the inputs that bidders may send now, `awaits` the one only an office, a committee or a panel
    can give. A mechanism without a start price or an increment leaves them empty.
    """

    id = models.CharField(max_length=32, primary_key=True)
    number = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    product = models.CharField(max_length=80)
    mechanism = models.CharField(max_length=40, default="listing")
    mechanism_version = models.PositiveSmallIntegerField(default=1)
    factor = models.CharField(max_length=20, default="land")
    register_kind = models.CharField(max_length=80)
    entry_id = models.CharField(max_length=32)
    entry_version = models.PositiveIntegerField(default=1)
    division = models.CharField(max_length=6, blank=True)
    organisation = models.CharField(max_length=120, blank=True)
    lot = models.JSONField(default=dict)
    use_class = models.CharField(max_length=4, blank=True)
    area_cm2 = models.BigIntegerField(default=0)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    listing_round = models.PositiveSmallIntegerField(default=1)
    previous_id = models.CharField(max_length=32, blank=True)
    # terms; the listing runs from the opening to the close of bidding, whatever the mechanism
    start_price_fen = models.BigIntegerField(null=True)
    deposit_fen = models.BigIntegerField()
    increment_fen = models.BigIntegerField(null=True)
    terms = models.JSONField(default=dict)
    notice_ms = models.BigIntegerField(null=True)
    listing_start = models.BigIntegerField()
    listing_end = models.BigIntegerField()
    registration_end = models.BigIntegerField()
    joint_allowed = models.BooleanField(default=True)
    persons_allowed = models.BooleanField(default=True)
    guarantee_allowed = models.BooleanField(default=False)
    operator_set = models.JSONField(default=list)
    limits = models.JSONField(default=list)
    # reserve price (底价): only the commitment stands here; the sealed plaintext is outside the database
    reserve_commitment = models.CharField(max_length=64, blank=True)
    reserve_officers = models.JSONField(default=list)
    reserve_shares = models.JSONField(default=dict)
    # progress
    state = models.CharField(max_length=16, default=DRAFT, db_index=True)
    snapshot = models.JSONField(null=True)
    # chance, stored with the snapshot: a process that kept the state of this mark need not load it
    mark = models.BigIntegerField(default=0)
    phase = models.CharField(max_length=40, blank=True)
    suspended = models.BooleanField(default=False)
    accepts = models.JSONField(default=list)
    awaits = models.CharField(max_length=20, blank=True, default="")
    price_fen = models.BigIntegerField(null=True)
    leader = models.CharField(max_length=12, blank=True)
    quotes = models.PositiveIntegerField(default=0)
    registrants = models.PositiveIntegerField(default=0)
    due_ms = models.BigIntegerField(null=True)
    closed_ms = models.BigIntegerField(null=True)
    outcome = models.JSONField(null=True)
    prepared_by = models.BigIntegerField(null=True)
    published_by = models.BigIntegerField(null=True)
    simulated = models.BooleanField(default=False)
    updated_ms = models.BigIntegerField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["register_kind", "entry_id"],
                condition=models.Q(state__in=OPEN_STATES),
                name="offering_one_open_per_entry",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "-updated_ms", "-id"], name="offering_state_recent")
        ]

    @property
    def stream(self) -> str:
        """Name the evidence stream of this offering."""
        return f"offering/{self.id}"

    @property
    def kind(self) -> str:
        """Name the page it runs on: ascending, sealed, orders, shop or notice."""
        return find(self.mechanism, self.mechanism_version).kind


class Notice(models.Model):
    """A public notice (公告) of an offering; once published it is only ever followed, never changed."""

    id = models.CharField(max_length=32, primary_key=True)
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="notices")
    version = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=240)
    body = models.JSONField(default=dict)
    at_ms = models.BigIntegerField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offering", "version"], name="notice_version")
        ]


class Question(models.Model):
    """A question on the notice and its answer; both are public once answered, the asker is not.

    With `salt` anyone can hold the words to the commitments in the log.
    """

    id = models.CharField(max_length=32, primary_key=True)
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="questions")
    party = models.CharField(max_length=32)
    text = models.TextField()
    asked_ms = models.BigIntegerField()
    answer = models.TextField(blank=True)
    answered_ms = models.BigIntegerField(null=True)
    salt = models.CharField(max_length=64, blank=True)


class Registration(models.Model):
    """A party's application to bid (竞买申请) under a random alias of this lot alone.

    `declared` holds, by fact, which grounds for exclusion the applicant declared to apply.
    """

    FILED, QUALIFIED, REFUSED, WITHDRAWN, ADMITTED = "filed", "qualified", "refused", "withdrawn", "admitted"

    id = models.CharField(max_length=32, primary_key=True)
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="registrations")
    party = models.CharField(max_length=32, db_index=True)
    joint = models.CharField(max_length=32, blank=True)
    alias = models.CharField(max_length=12)
    salt = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default=FILED)
    declared = models.JSONField(default=dict)
    refusal = models.CharField(max_length=300, blank=True)
    deposit_how = models.CharField(max_length=12, blank=True)
    filed_ms = models.BigIntegerField()
    decided_ms = models.BigIntegerField(null=True)
    decided_by = models.BigIntegerField(null=True)
    # bid tickets (竞价凭证) of an earlier series no longer hold
    ticket_series = models.PositiveIntegerField(default=0)
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offering", "alias"], name="registration_alias"),
            models.UniqueConstraint(
                fields=["offering", "party"],
                condition=~models.Q(state__in=["withdrawn", "refused"]),
                name="registration_party",
            ),
        ]


class Objection(models.Model):
    """An objection (异议) to a published result, with its answer; both are the objector's and the office's alone.

    With `salt` the objector can hold the words to the commitments in the log.
    """

    id = models.CharField(max_length=32, primary_key=True)
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="objections")
    person = models.BigIntegerField()
    text = models.TextField()
    at_ms = models.BigIntegerField()
    answer = models.TextField(blank=True)
    answered_ms = models.BigIntegerField(null=True)
    salt = models.CharField(max_length=64, blank=True)
