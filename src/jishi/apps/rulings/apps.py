"""Register the rulings room as a Django application."""

from django.apps import AppConfig


class RulingsConfig(AppConfig):
    """Name the rulings application."""

    name = "jishi.apps.rulings"
    label = "rulings"
    default_auto_field = "django.db.models.BigAutoField"
