"""What every row of pack data shares: strictness, words in two languages, named identities."""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

Identity = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
Confidence = Literal["confirmed", "unconfirmed"]
Language = Literal["zh", "en"]


def _not_float(value: Any) -> Any:
    if isinstance(value, float):
        raise PydanticCustomError("pack.inexact", "text such as {valid}", {"valid": f'"{value}"'})
    return value


Exact = Annotated[Fraction, BeforeValidator(_not_float)]
"""An exact ratio, written as text ("0.2", "2/3") or a whole number, never as a float."""


class Row(BaseModel):
    """Refuse unknown keys and stay unchanged after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Words(Row):
    """Hold one wording in Chinese and in English."""

    zh: Annotated[str, StringConstraints(min_length=1)]
    en: Annotated[str, StringConstraints(min_length=1)]

    def say(self, language: str) -> str:
        """Give the wording in `language` ("zh" or "en").

        >>> Words(zh="公告", en="notice").say("en")
        'notice'
        """
        return self.en if language == "en" else self.zh


class Titled(Row):
    """Name something by identity and wording."""

    id: Identity
    title: Words
