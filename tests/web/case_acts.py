"""Acts of the desk on a case, for tests of what the applicant sees: `python -m tests.web.case_acts < acts.json`.

Given `{"case": id, "acts": [[role, decision, because, words], …]}`; a decision `supplement` asks for papers. Prints
the numbers of the documents issued as JSON. `{"publish": id}` publishes a case by hand and prints the notice;
`{"parcel": number, "code": code}` enters a parcel of the organisation with this code.
"""

import json
import sys
from dataclasses import replace
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.models import Case, CaseNotice
from jishi.apps.registers import api as registers
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.models import User
from tests.web.plan import HERE, staff_address


def acting(role: str) -> Context:
    """Give the context of a member of staff here."""
    user = User.objects.get(email=staff_address(role))
    return replace(Context(), actor=Actor(user_id=user.pk, name=role, permits=(Permit(role, HERE),)))


def act(case: str, role: str, decision: str, because: str = "", words: str = "") -> None:
    """Take one decision, or ask for papers."""
    ctx = acting(role)
    seq = procedures.open_case(ctx, case).seq
    if decision == "supplement":
        procedures.request_supplement(ctx, case, words, seq=seq, items=(because,))
    else:
        procedures.decide(ctx, case, procedures.Choice(decision, seq, because, words))


def publish(case: str) -> str:
    """Publish a case as a step with publicity would."""
    row = Case.objects.get(pk=case)
    text = {"zh": "居住证申领情况", "en": "Applications for residence permits"}
    line = {"name": "matter", "label": {"zh": "公示事项", "en": "Matter"}, "value": "", "text": text}
    made = CaseNotice.objects.create(
        id="f" * 32, case=row, procedure=row.procedure, division=HERE, step=row.step, lines=[line],
        title={"zh": "办理情况公示", "en": "Publication of the case"}, from_ms=row.started_ms, until=None,
        objections=True,
    )  # fmt: skip
    return str(made.id)


def enter_parcel(number: str, code: str) -> str:
    """Enter a parcel of a collective that is planned for business."""
    party = parties.find_party_by_code("organisation", code)
    assert party is not None
    data: dict[str, Any] = {"parcel_no": number, "place": "演示村东", "division": HERE, "area_cm2": "5000"}
    data |= {"uses": [{"name": "工业用地"}], "tenure": "collective", "right_holder": party.id}
    made = registers.create_entry(Context(), registers.EntryForm("land.parcel", data, state="planned"))
    return made.id


def main(given: dict[str, Any]) -> Any:
    """Do what was asked."""
    if "publish" in given:
        return publish(given["publish"])
    if "parcel" in given:
        return enter_parcel(given["parcel"], given["code"])
    for step in given["acts"]:
        act(given["case"], *step)
    return [each.number for each in procedures.open_case(Context(), given["case"]).papers]


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
