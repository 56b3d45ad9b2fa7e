"""Register the registers room as a Django application."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """Name the registers application."""

    name = "jishi.apps.registers"
    label = "registers"
    default_auto_field = "django.db.models.BigAutoField"
