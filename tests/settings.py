"""The settings of the portal, and what only tests may do: a password costs them nothing.

Servers that tests start take these settings too: they inherit `DJANGO_SETTINGS_MODULE`.
"""

from jishi.project.settings import *  # noqa: F403

# A hash that takes a quarter of a second keeps guessers away; a test makes a dozen of them before it begins.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
