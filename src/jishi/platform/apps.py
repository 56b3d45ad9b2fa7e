"""Register the platform as one Django application."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """Name the platform application."""

    name = "jishi.platform"
    label = "platform"
    default_auto_field = "django.db.models.BigAutoField"
