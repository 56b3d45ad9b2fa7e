"""The Django face of the desk; it stores nothing."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Name the app so that its templates, styles and words are found."""

    name = "jishi.web.desk"
    label = "web_desk"
