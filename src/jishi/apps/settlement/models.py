"""Tables of settlement. What happened to money stands in the journal; the other rows say what it means."""

from django.db import models


class JournalEntry(models.Model):
    """One event in the books; its postings sum to zero. `ref` is the object that caused it."""

    id = models.CharField(max_length=32, primary_key=True)
    at_ms = models.BigIntegerField(db_index=True)
    kind = models.CharField(max_length=24)
    ref = models.CharField(max_length=32, blank=True)


class Posting(models.Model):
    """One side of a journal entry (fen): a debit above zero, a credit below. `ref` names the sub-ledger."""

    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=16)
    ref = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["account", "ref"], name="posting_account_ref")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="posting_not_zero"),
        ]


class SubAccount(models.Model):
    """The virtual sub-account (虚拟子账户) that takes the bid deposit of one registration.

    `held_fen` is what it holds now; it never falls below zero.
    """

    AWAITING, PART, HELD, FUNDED, GUARANTEED = "awaiting", "part", "held", "funded", "guaranteed"
    APPLIED, REFUND_DUE, REFUNDED, CLOSED = "applied", "refund_due", "refunded", "closed"
    FORFEITED = "forfeited"
    LIVE = (AWAITING, PART, HELD, FUNDED, GUARANTEED)

    registration_id = models.CharField(max_length=32, primary_key=True)
    offering_id = models.CharField(max_length=32, db_index=True)
    division = models.CharField(max_length=6, blank=True)
    party = models.CharField(max_length=32, db_index=True)
    alias = models.CharField(max_length=12)
    number = models.CharField(max_length=40, unique=True)
    due_fen = models.BigIntegerField()
    held_fen = models.BigIntegerField(default=0)
    applied_fen = models.BigIntegerField(default=0)
    awarded_ms = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12, default=AWAITING)
    simulated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(held_fen__gte=0), name="sub_account_not_negative"),
        ]

    @property
    def paid_fen(self) -> int:
        """Return what was paid in and still counts: held for the bidder or applied to the price (fen)."""
        return self.held_fen + self.applied_fen

    @property
    def missing_fen(self) -> int:
        """Return what is still to be paid in (fen)."""
        open_states = (self.AWAITING, self.PART)
        return max(self.due_fen - self.held_fen, 0) if self.state in open_states else 0


class BankPayment(models.Model):
    """An incoming payment as the bank told it, known by the bank's reference. `sealed`: payer, encrypted."""

    MATCHED, UNMATCHED, LATE, RETURNED = "matched", "unmatched", "late", "returned"

    id = models.CharField(max_length=32, primary_key=True)
    bank_ref = models.CharField(max_length=64, unique=True)
    to_number = models.CharField(max_length=40, blank=True)
    amount_fen = models.BigIntegerField()
    at_ms = models.BigIntegerField(db_index=True)
    sealed = models.TextField(blank=True)
    state = models.CharField(max_length=12)
    sub_account = models.ForeignKey(SubAccount, null=True, on_delete=models.PROTECT, related_name="payments")
    simulated = models.BooleanField(default=False)


class Guarantee(models.Model):
    """A bank guarantee (保函) filed in place of a deposit."""

    FILED, ACCEPTED, REFUSED, RELEASED = "filed", "accepted", "refused", "released"
    CALLED = "called"  # the bank is to pay: the bidder it stands for defaulted

    id = models.CharField(max_length=32, primary_key=True)
    sub_account = models.ForeignKey(SubAccount, on_delete=models.PROTECT, related_name="guarantees")
    bank = models.CharField(max_length=120)
    number = models.CharField(max_length=80)
    amount_fen = models.BigIntegerField()
    valid_until = models.DateField()
    file_id = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=12, default=FILED)
    refusal = models.CharField(max_length=300, blank=True)
    filed_ms = models.BigIntegerField()
    decided_ms = models.BigIntegerField(null=True)
    decided_by = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank", "number"], name="guarantee_number")]


class Refund(models.Model):
    """Money due to a bidder: a deposit back, or what a seller receives.

    `due_day` is None where the calendar of working days is not known.
    """

    DUE, PAID = "due", "paid"
    LOST, NO_SALE, WITHDRAWN, LATE, EXCESS = "lost", "no_sale", "withdrawn", "late", "excess"
    PROCEEDS = "proceeds"  # no deposit: the price of what a seller of a call auction sold, once all have paid

    id = models.CharField(max_length=32, primary_key=True)
    sub_account = models.ForeignKey(SubAccount, on_delete=models.PROTECT, related_name="refunds")
    offering_id = models.CharField(max_length=32, db_index=True)
    amount_fen = models.BigIntegerField()
    cause = models.CharField(max_length=12)
    start_day = models.DateField()
    due_day = models.DateField(null=True)
    limit = models.CharField(max_length=60, blank=True)
    clauses = models.JSONField(default=list)
    confidence = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=8, default=DUE, db_index=True)
    paid_ms = models.BigIntegerField(null=True)
    bank_ref = models.CharField(max_length=64, blank=True)


class Contract(models.Model):
    """The contract (出让合同) of one party to a sale: the text as PDF, and who signed when (ms).

    Who `payer` names owes `price_fen`: the winner, or the office where it buys. A seller `receives_fen` from the
    market, less `fee_fen`.
    """

    DRAFT, HALF_SIGNED, SIGNED = "draft", "signed_party", "signed"
    PAID, REGISTERED = "paid", "registered"
    VOID = "void"  # never signed: the winner defaulted
    BY_WINNER, BY_OFFICE = "winner", "office"

    id = models.CharField(max_length=32, primary_key=True)
    offering_id = models.CharField(max_length=32, db_index=True)
    sub_account = models.OneToOneField(SubAccount, on_delete=models.PROTECT, related_name="contract")
    number = models.CharField(max_length=100, unique=True)
    division = models.CharField(max_length=6, blank=True)
    party = models.CharField(max_length=32, db_index=True)
    price_fen = models.BigIntegerField()
    deposit_fen = models.BigIntegerField()
    payer = models.CharField(max_length=8, default=BY_WINNER)
    receives_fen = models.BigIntegerField(default=0)
    fee_fen = models.BigIntegerField(default=0)
    document_day = models.DateField()
    sign_by_day = models.DateField(null=True)
    sign_by_clauses = models.JSONField(default=list)
    pdf_file = models.CharField(max_length=32)
    pdf_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, default=DRAFT)
    signed_party_ms = models.BigIntegerField(null=True)
    signed_seller_ms = models.BigIntegerField(null=True)
    simulated = models.BooleanField(default=False)

    @property
    def registration_id(self) -> str:
        """Return the winning registration."""
        return str(self.sub_account_id)


class Instalment(models.Model):
    """One part of the price: `credited_fen` came from the deposit, `paid_fen` through the bank."""

    id = models.CharField(max_length=32, primary_key=True)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    title_zh = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80)
    due_day = models.DateField()
    amount_fen = models.BigIntegerField()
    credited_fen = models.BigIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    paid_ms = models.BigIntegerField(null=True)
    overdue_ms = models.BigIntegerField(null=True)
    clauses = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="instalment_number")]

    @property
    def left_fen(self) -> int:
        """Return what is still to be paid of it (fen)."""
        return self.amount_fen - self.credited_fen - self.paid_fen


class Reconciliation(models.Model):
    """One daily comparison (对账) of the bank's statement with the books; amounts in fen."""

    BALANCED, DIFFERENT = "balanced", "differences"

    id = models.CharField(max_length=32, primary_key=True)
    day = models.DateField()
    at_ms = models.BigIntegerField(db_index=True)
    bank_total_fen = models.BigIntegerField()
    ledger_total_fen = models.BigIntegerField()
    unmatched_fen = models.BigIntegerField()
    balances = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    state = models.CharField(max_length=12)
    simulated = models.BooleanField(default=False)


class SandboxLine(models.Model):
    """A line of the sandbox bank's own statement, kept apart from the books; money out is below zero."""

    bank_ref = models.CharField(max_length=64, primary_key=True)
    at_ms = models.BigIntegerField(db_index=True)
    to_number = models.CharField(max_length=40, blank=True)
    amount_fen = models.BigIntegerField()
