"""Error pages that say what to do. `project.urls` names the first four as its handlers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that cannot be read (400)."""
    return render(request, "shell/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request for what this person may not see (403)."""
    return render(request, "shell/403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request for what does not exist (404)."""
    return render(request, "shell/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after our own mistake (500), without the database or the pack: they may be the cause."""
    return HttpResponse(render_to_string("shell/500.html"), status=500)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a reader who came too often (429)."""
    return render(request, "shell/429.html", status=429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose page is too old or came from elsewhere (403)."""
    return render(request, "shell/403.html", {"stale_form": True}, status=403)
