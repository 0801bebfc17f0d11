"""A score is the same after a restart: another process, with other hashes, gives the same points and reasons."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, sys
from pathlib import Path
from matching.files import score_files
print(json.dumps(list(score_files([Path(sys.argv[1])], Path(sys.argv[2])))))
"""
PROFILE = """
id: lab
name: Lab
language: en
keywords:
  include: [pump*, ~centrifugal, IT services, "Handschuhe", насос, 'water NEAR/3 (valve OR pump)', 'CPV:42*',
    buyer:works]
  exclude: [title:rental, 'cable -"cable car"']
catalogue: [{sku: AX-200, name: Water pump, codes: 42122000}]
codes: {CPV: [33]}
"""
NOTICES = [
    {"title": {"en": "Pumps, centrifgual, and IT services"}, "description": {"de": "Handschuhlieferung und Pumpen"}},
    {"title": {"uk": "Поставка насосів"}, "codes": [{"scheme": "CPV", "id": "42122000"}]},
    {"title": {"en": "Valves for water, AX-200"}, "buyers": [{"name": "Water Works"}]},
    {"title": {"en": "Rental of pumps"}, "description": {"en": "Pump cable"}},
]  # fmt: skip


def score(folder: Path, seed: str) -> str:
    command = [sys.executable, "-c", PROGRAM, str(folder / "lab.yml"), str(folder / "notices.jsonl")]
    path = os.pathsep.join(each for each in sys.path if each)
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_another_process_gives_the_same(tmp_path: Path) -> None:
    (tmp_path / "lab.yml").write_text(PROFILE, encoding="utf-8")
    lines = [json.dumps({"source": "s", "key": str(number), **each}) for number, each in enumerate(NOTICES)]
    (tmp_path / "notices.jsonl").write_text("\n".join(lines), encoding="utf-8")
    first = score(tmp_path, "1")
    assert first == score(tmp_path, "2")
    assert [row["notice"] for row in json.loads(first)] == ["0", "1", "2"]
    for row in json.loads(first):
        assert round(sum(reason["points"] for reason in row["reasons"]), 2) == row["score"]
