"""Issued documents: a PDF that is the same each time, verified by number, revoked with the permit."""

from datetime import date

import pytest

from jishi.apps.procedures import api as procedures
from jishi.kernel.fault import Fault
from tests.apps.procedures.conftest import Office
from tests.apps.procedures.test_residence import issued


def test_the_pdf_is_for_those_who_may_read_the_case(office: Office) -> None:
    case = issued(office)
    number = procedures.open_case(office.ctx, case).papers[0].number
    made = procedures.paper_pdf(office.applicant, number)
    assert made.startswith(b"%PDF-") and made == procedures.paper_pdf(office.clerk, number)
    with pytest.raises(Fault, match="procedures.case.unknown"):
        procedures.paper_pdf(office.elsewhere, number)
    with pytest.raises(Fault, match="procedures.paper.unknown"):
        procedures.paper_pdf(office.clerk, "220102-2020-999999")


def test_a_document_lapses_and_is_revoked(office: Office) -> None:
    case = issued(office)
    number = procedures.open_case(office.ctx, case).papers[0].number
    found = procedures.find_paper(f" {number} ", date(2021, 11, 24))
    assert found is not None and found.state == "lapsed"
    office.decide(office.clerk, case, "cancel", words="迁出")
    found = procedures.find_paper(number, date(2020, 11, 24))
    assert found is not None and found.state == "revoked"
    assert procedures.find_paper("nothing", date(2020, 11, 24)) is None
