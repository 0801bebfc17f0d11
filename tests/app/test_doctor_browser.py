"""`tenderwatch doctor` tells of the browser where a source needs one, and where none is found what to install."""

import json
import subprocess
import sys
from pathlib import Path

from tests.app.test_cli import environment, tenderwatch
from tests.crawler.portals import write_source
from tests.crawler.test_browser import APP_SOURCE


def doctor(folder: Path, **changes: str) -> dict[str, dict[str, str]]:
    """Its rows, by what they are about."""
    command = [sys.executable, "-m", "app.cli", "doctor", "--json"]
    env = environment(folder) | changes
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=False)
    return {row["what"]: row for row in json.loads(done.stdout)}


def test_doctor_looks_for_a_browser_where_a_source_needs_one(tmp_path: Path) -> None:
    assert tenderwatch("init", ".", cwd=tmp_path).returncode == 0
    assert "browser" not in doctor(tmp_path)
    write_source(tmp_path / "sources", "xx_app", **APP_SOURCE)
    chosen = doctor(tmp_path, TENDERWATCH_CHROMIUM=sys.executable)["browser"]
    assert (chosen["state"], chosen["what to do"]) == ("good", f"{sys.executable}, for xx_app")
    missing = doctor(tmp_path, PATH=str(tmp_path), PLAYWRIGHT_BROWSERS_PATH=str(tmp_path))["browser"]
    assert missing["state"] == "bad"
    assert "xx_app: this source is read with a browser, and none was found" in missing["what to do"]
    assert "apt-get install chromium" in missing["what to do"]
