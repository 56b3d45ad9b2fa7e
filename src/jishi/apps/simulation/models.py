"""One table: which registrations are answered by a demo bidder, and how far it goes."""

from typing import ClassVar

from django.db import models


class DemoResponder(models.Model):
    """A simulated bidder of one lot: it answers a quote after `wait_ms`, up to `ceiling_fen`."""

    registration_id = models.CharField(max_length=32, primary_key=True)
    offering_id = models.CharField(max_length=32, db_index=True)
    alias = models.CharField(max_length=12)
    ceiling_fen = models.BigIntegerField()
    wait_ms = models.PositiveIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["offering_id", "wait_ms"], name="responder_offering")]
