"""Tokens for programs, made and revoked by a person in a browser: a token cannot make tokens."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from jishi.platform import token
from jishi.web.api_v1 import shapes, show
from jishi.web.api_v1.signing import IN_A_BROWSER

router = Router(tags=["tokens"], auth=IN_A_BROWSER)
REFUSED = dict.fromkeys((401, 403, 404, 422), shapes.Problem)


@router.get("/tokens", response={200: list[shapes.TokenOut], **REFUSED})
def list_tokens(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the caller's tokens that still hold."""
    return [show.show_token(row) for row in token.list_tokens(request.ctx)]  # type: ignore[attr-defined]


@router.post("/tokens", response={201: shapes.TokenMade, **REFUSED})
def issue_token(request: HttpRequest, payload: shapes.TokenIn) -> Any:
    """Make a token; its text is in this answer and nowhere else."""
    row, text = token.issue_token(request.ctx, payload.name, payload.days)  # type: ignore[attr-defined]
    return Status(201, {**show.show_token(row), "token": text})


@router.delete("/tokens/{token_id}", response={204: None, **REFUSED})
def revoke_token(request: HttpRequest, token_id: str) -> Any:
    """Revoke a token at once."""
    token.revoke_token(request.ctx, token_id)  # type: ignore[attr-defined]
    return Status(204, None)
