"""Many cases at once: a table in, its rows with their answers out, part by part.

No row is lost for a bad cell: what cannot be read is unknown, told in the column `problems`, and listed
where the form of the answer has room for a list (JSON, NDJSON).
"""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import get_language_from_request
from ninja import Field, Query, Router

from jishi.apps.packs.api import open_run
from jishi.platform.tables.sink import must_be_plain
from jishi.web.api_v1.law_edition import EditionQuery, find_rule, read_edition
from jishi.web.api_v1.limit import MANY
from jishi.web.api_v1.sent import MEDIA, receive
from jishi.web.api_v1.shapes import Problem
from jishi.web.api_v1.told_table import ANSWERS, Told, choose_answer, taking_turns

router = Router(tags=["rules"])
REFUSED = dict.fromkeys((404, 406, 411, 413, 415, 422, 429), Problem)
BODY = {
    "requestBody": {
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA},
    },
    "responses": {
        200: {
            "description": "the rows with their answers",
            "content": {media: {"schema": {"type": "string"}} for media in ANSWERS},
        }
    },
}


class ManyQuery(EditionQuery):
    """Say how a table is decided and answered."""

    words: str = Field("", pattern="^(zh|en)?$", description="add a column with the answers in words")


@router.post("/{rule_id}/decide-many", response=REFUSED, throttle=[MANY], openapi_extra=BODY)
def decide_many(request: HttpRequest, rule_id: str, query: Query[ManyQuery]) -> Any:
    """Decide every row of a table. Columns are named by fact; others are the table's own and come back untouched.

    A column `as_of` gives rows a day of their own. The answer is CSV, Arrow, JSON or, with lines that tell
    the progress, NDJSON, by `Accept`.
    """
    edition = read_edition(request, query.as_of, query.pack)
    find_rule(edition, rule_id)
    edition.pack.law.decider(rule_id)
    sent = receive(request)
    try:
        with taking_turns():
            source = sent.open()
            media = choose_answer(request.headers.get("Accept", ""), source.form)
            if not media.endswith("arrow.stream"):
                must_be_plain(source.schema)
            run = open_run(edition.pack.law, rule_id, source, (edition.day, query.words or None))
        told = Told(run, media, _plain(get_language_from_request(request)), sent.close)
        told.begin()
        return _response(told)
    except BaseException:
        sent.close()
        raise


def _response(told: Told) -> StreamingHttpResponse:
    response = StreamingHttpResponse(told, content_type=told.media)
    response["Jishi-Rule"], response["Jishi-Pack"] = told.run.plan.rule, told.run.pack
    response["Jishi-As-Of"], response["Jishi-Rows"] = told.run.day.isoformat(), str(told.run.source.count())
    response["Cache-Control"] = "private, no-store"
    if told.media == "application/x-ndjson":
        response["Content-Encoding"] = "identity"  # packed, its lines would wait for one another
    return response


def _plain(language: str) -> str:
    return "en" if language.startswith("en") else "zh"
