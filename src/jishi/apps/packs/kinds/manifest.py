"""`pack.toml`: which pack this is, and the zone its statutory days are in."""

from typing import Annotated

from pydantic import Field, StringConstraints

from jishi.apps.packs.kinds.row import Identity, Language, Row, Words


class Manifest(Row):
    """Name a pack; `utc_offset_minutes` is the zone of statutory days, `root_division` the whole."""

    id: Identity
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: Words
    utc_offset_minutes: Annotated[int, Field(ge=-720, le=840)]
    default_language: Language = "zh"
    root_division: str
