"""What a posted form does with a refusal: say it beside the form, keep the input."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.platform.words import say
from jishi.web.shell.site import language

UNPROCESSABLE = 422


def ctx_of(request: HttpRequest) -> Context:
    """Return the context that actions take, put on the request by the shell."""
    return cast(Context, request.ctx)  # type: ignore[attr-defined]


def show_fault(form: BaseForm, fault: Fault) -> None:
    """Put the sentence of `fault` beside the field it names, else above the form; a denial is raised again.

    A form may map beginnings of codes to its fields in `fault_fields`.
    """
    if fault.code == "access.denied":
        raise fault
    form.add_error(find_place(form, fault), say(fault.code, fault.params, language()))


def find_place(form: BaseForm, fault: Fault) -> str | None:
    """Return the field a fault is about, None for the whole form."""
    named = fault.params.get("field")
    if named in form.fields:
        return cast(str, named)
    return find_start(form, fault)


def find_start(form: BaseForm, fault: Fault) -> str | None:
    """Return the field that a form gives to codes which begin as a fault's does."""
    places: Mapping[str, str] = getattr(form, "fault_fields", {})
    return next((field for start, field in places.items() if fault.code.startswith(start)), None)


def tell_fault(request: HttpRequest, fault: Fault) -> None:
    """Say `fault` as a message of the next page; a denial is raised again."""
    if fault.code == "access.denied":
        raise fault
    messages.error(request, say(fault.code, fault.params, language()))


def render_form(request: HttpRequest, template: str, page: dict[str, Any]) -> HttpResponse:
    """Render a page around `page["form"]`; one with errors answers 422."""
    return render(request, template, page, status=UNPROCESSABLE if page["form"].errors else 200)
