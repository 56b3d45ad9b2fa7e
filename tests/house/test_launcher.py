"""The `./jishi` script: it explains itself on an old Python, installs once, and falls back to pip."""

import ast
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.tree import ROOT

SCRIPT = ROOT / "jishi"


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the script as a module that works on an empty environment of its own."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = importlib.machinery.SourceFileLoader("launcher", str(SCRIPT))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    module.VENV, module.PYTHON = tmp_path, tmp_path / "bin" / "python"
    return module


def test_an_old_python_can_still_read_it() -> None:
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 6))


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_an_old_python_is_told_what_to_do(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launcher.sys, "version_info", (3, 10, 2))
    with pytest.raises(SystemExit) as stop:
        launcher.main(["up"])
    assert stop.value.code == 2
    assert "3.11 or later" in capsys.readouterr().err


def test_what_is_installed_is_not_installed_again(
    launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[object]] = []
    monkeypatch.setattr(launcher, "install", lambda what: calls.append(what) or True)
    for _ in range(2):
        launcher.install_once("base", ["requirements/base.txt"])
    assert len(calls) == 1
    assert "--require-hashes" in calls[0]
    launcher.install_once("base", ["requirements/test.txt"])
    assert len(calls) == 2


def test_a_failed_install_is_tried_again(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "install", lambda what: False)
    with pytest.raises(SystemExit):
        launcher.install_once("base", ["requirements/base.txt"])
    assert not list(launcher.VENV.glob("*.stamp"))


def test_pip_steps_in_where_uv_fails(launcher: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    uv = launcher.VENV / "bin" / "uv"
    uv.parent.mkdir()
    uv.touch()
    tried: list[str] = []

    def attempt(command: list[object], env: object = None) -> bool:
        tried.append(str(command[0] if command[0] == uv else command[2]))
        return command[0] != uv

    monkeypatch.setattr(launcher, "attempt", attempt)
    monkeypatch.setattr(launcher, "read", lambda command: "")
    assert launcher.install(["--requirement", "x"])
    assert tried == [str(uv), "pip"]


def test_it_works_from_another_folder_and_through_a_link(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(SCRIPT)
    environment = {**os.environ, "JISHI_VENV": sys.prefix}
    result = subprocess.run(
        [sys.executable, link, "--help"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert "verify" in result.stdout
