"""The OCDS 1.1.5 standard as a zip, and the check of a package against it. No network is used."""

import os
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
BESIDE = ROOT.parent / "shared" / "ocds" / "standard-1__1__5.zip"
ERRORS = ("validation_errors", "additional_closed_codelist_values", "additional_fields", "additional_checks")


@cache
def find_standard() -> Path:
    """Return the zip of the standard, or skip the test loudly."""
    path = Path(os.environ.get("JISHI_OCDS_STANDARD") or BESIDE)
    if not path.is_file():
        warnings.warn(f"OCDS RELEASES ARE NOT CHECKED: no standard at {path}", stacklevel=2)
        pytest.skip(f"no OCDS standard at {path}; set JISHI_OCDS_STANDARD to its zip")
    return path.resolve()


def check_package(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what libcoveocds finds wrong in a package read from JSON: only what is not empty."""
    from libcoveocds.api import ocds_json_output
    from libcoveocds.config import LibCoveOCDSConfig

    config = LibCoveOCDSConfig()
    config.config.update(context="api", standard_zip=find_standard().as_uri())
    found = ocds_json_output(json_data=dict(package), lib_cove_ocds_config=config)
    return {name: found[name] for name in ERRORS if found.get(name)}


def dangling(release: Mapping[str, Any]) -> set[str]:
    """Return the organisations a release refers to but does not introduce."""
    known = {party["id"] for party in release["parties"]}
    return {each["id"] for each in _references(release) if each["id"] not in known}


def _references(node: Any) -> Iterable[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in ("buyer", "procuringEntity", "payer", "payee"):
                yield value
            elif key in ("suppliers", "tenderers"):
                yield from value
            elif key != "parties":
                yield from _references(value)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)
