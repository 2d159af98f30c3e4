"""Headless Chromium for tests of the diagrams: Debian's, driven by puppeteer."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NODE: Final = Path(__file__).parent / "node"


def run(folder: Path, task: str, request: object) -> Any:
    """Run a task of ``browser.mjs`` and return its answer."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "Chromium is not there: these tests need it, and .ci/setup installs it"
    _install()
    (folder / "request.json").write_text(json.dumps(request))
    command = ("node", str(NODE / "browser.mjs"), chromium, task, str(folder / "request.json"))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def _install() -> None:
    wanted = json.loads((NODE / "package.json").read_text())["dependencies"]
    if not all((NODE / "node_modules" / name).exists() for name in wanted):
        options = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        subprocess.run(("npm", "install", *options), cwd=NODE, check=True)


def visit(html: Path, steps: Sequence[Sequence[object]] = (), script: bool = True) -> Any:
    """Open a page, take steps, and return what it shows and what each step gave."""
    return run(html.parent, "visit", {"html": str(html), "steps": steps, "script": script})


def mermaid(folder: Path, texts: Sequence[str]) -> Any:
    """Return what Mermaid reads in each text."""
    return run(folder, "mermaid", texts)
