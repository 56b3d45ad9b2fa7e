"""Addresses of pages that an installation may leave out."""

from django.urls import NoReverseMatch, reverse


def find_address(name: str, *args: str) -> str | None:
    """Return the address of a named page, None where its room is not installed."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return None
