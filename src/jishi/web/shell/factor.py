"""The factors of production (生产要素) in words, in the order of the reform's measures."""

from typing import Any

from django.utils.translation import gettext_lazy

FACTORS: dict[str, Any] = {
    "land": gettext_lazy("Land"),
    "labour": gettext_lazy("Labour"),
    "capital": gettext_lazy("Capital"),
    "technology": gettext_lazy("Technology"),
    "data": gettext_lazy("Data"),
}
