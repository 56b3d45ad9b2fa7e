"""Two clerks at once, with real threads and real transactions: one decision and one clear refusal."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Choice
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.entropy import SystemEntropy
from jishi.platform.turn import turn
from tests.apps.procedures.conftest import Office, instant
from tests.apps.procedures.test_residence import file

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_threads_one_decides(transactional_db: None, settings: object) -> None:
    ctx = Context(clock=SimulatedClock(instant(date(2020, 11, 23))), entropy=SystemEntropy())
    office = Office(ctx)
    case = file(office)
    seq = procedures.open_case(ctx, case).seq
    barrier, said = Barrier(2), list[str]()

    def act(who: Context, choice: Choice) -> None:
        try:
            barrier.wait()
            with turn():
                procedures.decide(who, case, choice)
            said.append(choice.decision)
        except Fault as fault:
            said.append(fault.code)
        finally:
            connection.close()

    one = Thread(target=act, args=(office.clerk, Choice("accept", seq)))
    two = Thread(target=act, args=(office.second, Choice("decline", seq, "not_needed", "无需办理")))
    for thread in (one, two):
        thread.start()
    for thread in (one, two):
        thread.join()
    assert "procedures.case.moved" in said and len({"accept", "decline"} & set(said)) == 1
    kinds = [each.kind for each in evidence.read_stream(f"case/{case}")]
    assert kinds == ["CaseFiled", "CaseDecided"]


def test_what_stands_is_mailed(transactional_db: None) -> None:
    ctx = Context(clock=SimulatedClock(instant(date(2020, 11, 23))), entropy=SystemEntropy())
    office = Office(ctx)
    case = file(office)
    procedures.decide(office.clerk, case, Choice("accept", 1))
    assert [each.to for each in mail.outbox] == [["li@example.org"]] * 2
    assert "Examination" in mail.outbox[-1].body and "审查" in mail.outbox[-1].body
