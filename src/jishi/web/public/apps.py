"""The Django face of the public room; it stores nothing."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """Name the app so that its templates and words are found."""

    name = "jishi.web.public"
    label = "web_public"
