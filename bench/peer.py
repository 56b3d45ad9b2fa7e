"""The peers of the benches, in an environment of their own, and programs run in it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PEERS = Path(__file__).resolve().parent / "peers"


def find_peers(place: Path) -> Path | None:
    """Return the Python of an environment with the peers, made unless it is there; None if it cannot be made."""
    python = place / "bin" / "python"
    if not python.exists():
        made = [[sys.executable, "-m", "venv", str(place)]]
        made += [
            [str(python), "-m", "pip", "install", "--quiet", "-r", str(ROOT / "requirements" / "bench.in")]
        ]
        if any(subprocess.run(command).returncode for command in made):
            print("The peers cannot be installed here: figures without ratios.", file=sys.stderr)
            return None
    return python


def run(command: list[str]) -> dict[str, Any]:
    """Run a program in the repository and return the JSON object it prints."""
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
