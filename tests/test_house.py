"""The house rules that are tested, not remembered."""

import ast
import importlib.metadata
import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = {"domain": 0, "storage": 1, "crawler": 2, "matching": 2, "alerts": 2, "app": 3}
MODULES = sorted(path for package in FLOORS for path in (ROOT / package).rglob("*.py"))


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import hides its floor"
            found.add(node.module)
    return found


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_is_something_to_check() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in MODULES} == set(FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_point_down(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    for module in _imports(path):
        other = module.split(".")[0]
        if other in FLOORS and other != package:
            assert FLOORS[other] < FLOORS[package], f"{_name(path)} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_each_library_is_used_where_it_belongs(path: Path) -> None:
    modules, name = _imports(path), _name(path)
    if name not in {"alerts/services.py", "alerts/mail_plugin.py"}:
        assert not any(module.split(".")[0] == "apprise" for module in modules)
    if not name.startswith("storage/"):
        text = path.read_text(encoding="utf-8")
        imported = re.findall(r"^\s*from sqlalchemy(?:\.\w+)* import (.+)$", text, re.M)
        names = {word for line in imported for word in re.findall(r"\w+", line)}
        assert names <= {"Connection", "Engine"}, f"{name} speaks SQL"
        assert "alembic" not in {module.split(".")[0] for module in modules}
    if name != "domain/config.py":
        assert not re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8")), f"{name} reads the environment"


def test_broad_excepts_stand_at_the_borders_only() -> None:
    broad = [
        f"{_name(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert len(broad) <= 3, broad


def test_pyproject_lists_every_package() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    found = {".".join(path.parent.relative_to(ROOT).parts) for path in MODULES if path.name == "__init__.py"}
    assert listed == found


def test_no_other_distribution_owns_our_packages() -> None:
    owners = importlib.metadata.packages_distributions()
    for package in FLOORS:
        assert set(owners.get(package, [])) <= {"tenderwatch"}, f"{package} also belongs to {owners[package]}"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "tests/peers/matrix.lock"])
def test_locks_hold_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "--hash=sha256:" in text
    assert not re.search(r"https?://|--index|--find-links", text)


def test_the_lock_of_the_mail_server_holds_hashes_and_no_address() -> None:
    packages = json.loads((ROOT / "tests" / "peers" / "package-lock.json").read_text())["packages"]
    assert len(packages) > 1
    assert not any("resolved" in each for each in packages.values())
    assert all("integrity" in each for name, each in packages.items() if name)


def test_peers_of_tests_are_no_part_of_an_installation() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "matrix-synapse" not in (ROOT / name).read_text()


def test_locks_name_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for lock, wanted in {
        "requirements.lock": [*project["dependencies"], *extras["postgresql"]],
        "requirements-dev.lock": [*project["dependencies"], *extras["postgresql"], *extras["dev"]],
    }.items():
        locked = set(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]+\])?==", (ROOT / lock).read_text(), re.M))
        named = {re.split(r"[\[<>=~! ]", each)[0].lower().replace("_", "-") for each in wanted}
        assert named <= locked, f"{lock} lacks {named - locked}; run `make lock`"
