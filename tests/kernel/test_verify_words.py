"""Each check has a name, and its passing a sentence that is filled, in both languages."""

import pytest

from jishi.kernel.evidence.receipt import make_receipt, verify_receipt
from jishi.kernel.evidence.signature import public_key, sign
from jishi.kernel.evidence.verify import verify
from jishi.platform.words import codes, say
from tests.kernel.sold_lot import KEY, sell

HONEST = sell().bundle()


def reports():
    receipt = make_receipt(sell().entries[0], key=public_key(KEY), sign=lambda message: sign(KEY, message))
    return verify(HONEST), verify(HONEST, public_key(KEY)), verify(b""), verify_receipt(receipt, HONEST)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_line_of_a_report_can_be_said(lang):
    for report in reports():
        assert report.verdict in codes()
        for check in report.checks:
            assert {f"verify.check.{check.name}", check.code} <= codes()
            assert "{" not in say(check.code, check.params, lang)
