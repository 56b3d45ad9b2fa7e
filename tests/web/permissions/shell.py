"""The shell: anyone may choose a language."""

from tests.web.permissions.row import EVERYONE, Row

ROWS = [Row("language/", EVERYONE, method="POST", body=lambda world: {"language": "en"})]
