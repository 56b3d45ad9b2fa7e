"""The Django app of the API; it has no tables."""

from django.apps import AppConfig


class ApiV1Config(AppConfig):
    """Name the app apart from other rooms."""

    name = "jishi.web.api_v1"
    label = "web_api_v1"
