"""docs/adding-a-source.md is followed: every command in it, in order, against the practice portals."""

import re
import shlex
from pathlib import Path

from tests.app.test_cli import ROOT, tenderwatch
from tests.crawler.drafting_pages import answer
from tests.crawler.portals import Portal

DOCS = ROOT / "docs" / "adding-a-source.md"
PRACTICE = "http://127.0.0.1:8765"


def test_every_command_of_the_page_works_as_printed(tmp_path: Path) -> None:
    assert tenderwatch("init", ".", cwd=tmp_path).returncode == 0
    file = tmp_path / "tenderwatch.toml"
    file.write_text(
        file.read_text().replace('contact = ""', 'contact = "me@example.org"\nallowed_addresses = ["127.0.0.1"]')
    )
    with Portal(answer) as portal:
        text = DOCS.read_text().replace(PRACTICE, portal.url)
        files = re.findall(r"`(sources/\w+\.(?:yml|py))`:\n```\w+\n(.*?)```", text, re.S)
        commands = re.findall(r"^tenderwatch .+$", text, re.M)
        assert (len(files), len(commands)) == (2, 30)
        for command in commands:
            if "gb_lines" in command:
                for name, body in files:
                    (tmp_path / name).write_text(body)
            done = tenderwatch(*shlex.split(command)[1:], cwd=tmp_path)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
