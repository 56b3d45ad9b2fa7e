"""Many cases on a page: everyone may send a table; what became of it is the sending browser's alone.

That the sending browser may open it is held by `test_law_many.py`: a run belongs to a session, not to a person.
"""

from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from jishi.apps.packs.api import default_pack
from jishi.web.public import law_run
from tests.web.permissions.row import EVERYONE, NOBODY, Given, Row
from tests.web.world import World

RULE = "labour.residence_permit"


def table() -> SimpleUploadedFile:
    """Give a table of one case."""
    return SimpleUploadedFile("cases.csv", b"months_resident\n5\n")


def rule(rule_id: str = RULE, **more: str) -> Given:
    """Fill in a rule."""
    return lambda world: {"rule_id": rule_id, **more}


def run(world: World) -> Mapping[str, Any]:
    """Fill in a finished run that is not this browser's."""
    state = law_run.State(RULE, default_pack().hash, "2020-11-24", "zh", "cases.csv", law_run.DONE)
    law_run._write(law_run._folder("of-another-browser"), state)
    (law_run._folder("of-another-browser") / "result.csv").write_text("months_resident\n5\n")
    return {"rule_id": RULE, "run_id": "of-another-browser", "form": "csv"}


ROWS = [
    Row("law/<str:rule_id>/many/", EVERYONE, "in force", target=rule()),
    Row("law/<str:rule_id>/many/", NOBODY, "in no pack", target=rule("labour.nothing")),
    Row(
        "law/<str:rule_id>/many/",
        EVERYONE,
        "in force",
        "POST",
        target=rule(),
        body=lambda world: {"table": table()},
    ),
    Row("law/<str:rule_id>/many/blank.<str:form>", EVERYONE, "in force", target=rule(form="csv")),
    Row("law/<str:rule_id>/many/<str:run_id>/", NOBODY, "of another browser", target=run),
    Row("law/<str:rule_id>/many/<str:run_id>/result.<str:form>", NOBODY, "of another browser", target=run),
]
