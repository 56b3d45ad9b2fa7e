"""The Django face of the shell; it stores nothing."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """Name the app so that its templates and static files are found."""

    name = "jishi.web.shell"
    label = "web_shell"
