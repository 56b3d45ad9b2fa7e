"""Register the procedures room and the clocks it keeps."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    """Name the procedures application."""

    name = "jishi.apps.procedures"
    label = "procedures"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the clocks of cases and the duties of the calendar; hear what other rooms tell."""
        from jishi.apps.panels import api as panels
        from jishi.apps.procedures.actions import clock, hearing, recurring
        from jishi.apps.procedures.panel import KIND, CaseOwner
        from jishi.apps.procedures.people import departments_by_case
        from jishi.platform.deadline import on_due
        from jishi.platform.department import tell_departments

        panels.register_owner(KIND, CaseOwner())
        tell_departments(KIND, departments_by_case)
        on_due(clock.CASE, clock.run_clock)
        on_due(clock.WAKE, clock.wake_case)
        on_due(recurring.DUTY, recurring.run_duty)
        hearing.listen()
