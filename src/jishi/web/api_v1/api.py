"""The API put together: routers, refusals, limits, OpenAPI. The documentation page loads nothing from elsewhere."""

from ninja.renderers import JSONRenderer

from jishi.web.api_v1 import (
    acts,
    bids,
    cases,
    catalogue,
    clauses,
    many,
    objections,
    offerings,
    procedures,
    rules,
    tokens,
)
from jishi.web.api_v1.answer import Api
from jishi.web.api_v1.limit import READING
from jishi.web.api_v1.problem import add_problems

DESCRIPTION = """
What trades, what was decided, and the evidence for it; bids for those admitted; the law, asked about one case or many.
Money is integer fen (分), instants are integer milliseconds since 1970-01-01 UTC, areas are integer cm².
A refusal is `{"code", "params", "sentence"}`; the sentence is in the language of `Accept-Language`.
Programs sign in with `Authorization: Bearer jishi_…`, browsers by their session with `X-CSRFToken`.
"""

renderer = JSONRenderer()
renderer.json_dumps_params = {"ensure_ascii": False}
api = Api(
    title="Jishi",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api_v1",
    throttle=[READING],
    renderer=renderer,
    docs_url="/docs",
    openapi_url="/openapi.json",
)
add_problems(api)
api.add_router("/offerings", offerings.router)
api.add_router("/rules", rules.router)
api.add_router("/rules", many.router)
api.add_router("", clauses.router)
api.add_router("", catalogue.router)
api.add_router("", bids.router)
api.add_router("", acts.router)
api.add_router("", procedures.router)
api.add_router("", cases.router)
api.add_router("", objections.router)
api.add_router("", tokens.router)
