"""The Django face of the packs room; it stores nothing."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """Name the app so that others may list it."""

    name = "jishi.apps.packs"
    label = "packs"
