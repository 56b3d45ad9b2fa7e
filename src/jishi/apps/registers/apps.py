"""Register the registers room as a Django application."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """Name the registers application."""

    name = "jishi.apps.registers"
    label = "registers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what runs when it is due."""
        from jishi.apps.registers.actions.burden import LAPSE, lapse_encumbrance
        from jishi.apps.registers.actions.expiry import expire_entry
        from jishi.apps.registers.actions.importing import IMPORT, run_piece
        from jishi.apps.registers.actions.writing import EXPIRY
        from jishi.platform.deadline import on_due

        on_due(EXPIRY, expire_entry)
        on_due(LAPSE, lapse_encumbrance)
        on_due(IMPORT, run_piece)
