"""The Django face of the participant's room; it stores nothing."""

from django.apps import AppConfig


class ParticipantConfig(AppConfig):
    """Name the app so that its templates and words are found."""

    name = "jishi.web.participant"
    label = "web_participant"
