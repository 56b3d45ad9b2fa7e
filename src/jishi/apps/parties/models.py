"""Tables of parties. Personal fields are encrypted under the party's own key, which erasure destroys."""

from django.conf import settings
from django.db import models

LEGAL, AGENT = "legal", "agent"


class Party(models.Model):
    """An organisation or a person known by a checked code.

    `name` and `code` are what anyone may see: plain of an organisation, masked of a person. `sealed` holds
    the personal fields, `code_index` a keyed hash by which the code is found, `salt` opens the commitment
    in the evidence.
    """

    id = models.CharField(max_length=32, primary_key=True)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=18)
    code_index = models.CharField(max_length=64, null=True, unique=True)
    sealed = models.TextField(blank=True)
    salt = models.CharField(max_length=64, blank=True)
    verified_how = models.CharField(max_length=40)
    simulated = models.BooleanField(default=False)
    created_ms = models.BigIntegerField()
    erased_ms = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_ms", "-id"], name="party_recent")]

    @property
    def stream(self) -> str:
        """Return the name of the party's evidence stream, also the subject of its personal key."""
        return f"party/{self.id}"


class Representative(models.Model):
    """A user who acts for a party: its legal representative (法定代表人) or an agent (代理人).

    `scope` is the one offering an agent may act in; empty means every one. Instants are ms.
    """

    id = models.CharField(max_length=32, primary_key=True)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="representatives")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8)
    scope = models.CharField(max_length=80, blank=True)
    since_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField(null=True)
    revoked_ms = models.BigIntegerField(null=True)


class JointBid(models.Model):
    """Parties who bid as one (联合竞买), led by one of them."""

    id = models.CharField(max_length=32, primary_key=True)
    lead = models.CharField(max_length=32)
    salt = models.CharField(max_length=64)
    created_ms = models.BigIntegerField()


class JointMember(models.Model):
    """One member of a joint bid with its share in parts per million."""

    joint = models.ForeignKey(JointBid, on_delete=models.PROTECT, related_name="members")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    share_ppm = models.PositiveIntegerField()
    consented_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["joint", "party"], name="joint_member_once")]
