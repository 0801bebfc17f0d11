"""Settings: the file, the environment, and what is said of a wrong key or value."""

from pathlib import Path

import pytest

from domain.config import find_file, read_secret, read_settings
from domain.errors import BadSettings


@pytest.fixture(autouse=True)
def _no_settings_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    for name in ("TENDERWATCH_CONFIG", "TENDERWATCH_DATABASE_URL", "TENDERWATCH_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)


def a_file(folder: Path, text: str) -> Path:
    file = folder / "tenderwatch.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_defaults_need_no_file() -> None:
    settings = read_settings()
    assert settings.database.startswith("sqlite:///")
    assert settings.crawls_at_once == 2


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    file = a_file(tmp_path, 'data_dir = "data"\nprofiles_dir = "profiles"\n')
    settings = read_settings(file)
    assert settings.data_dir == tmp_path / "data"
    assert settings.database == f"sqlite:///{tmp_path / 'data' / 'tenderwatch.db'}"


def test_the_environment_is_stronger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = a_file(tmp_path, 'zone = "Europe/Madrid"\n[mail]\nhost = "a"\nport = 26\n')
    monkeypatch.setenv("TENDERWATCH_ZONE", "Europe/Kyiv")
    monkeypatch.setenv("TENDERWATCH_MAIL__HOST", "b")
    monkeypatch.setenv("TENDERWATCH_DATABASE_URL", "postgresql://u:p@h/d")
    settings = read_settings(file)
    assert settings.zone == "Europe/Kyiv"
    assert (settings.mail.host, settings.mail.port) == ("b", 26)
    assert settings.database == "postgresql+psycopg://u:p@h/d"
    assert "u:p@h" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('zone = "UTC"\nzoen = "UTC"\n', "line 2: zoen: no such setting; did you mean zone?"),
        ('zone = "Europe/Madird"\n', "line 1: zone: "),
        ('# a comment\n\n[mail]\nhost = "x"\nprot = 3\n', "line 5: mail.prot: no such setting; did you mean port?"),
        ("[mail]\nport = 70000\n", "line 2: mail.port: "),
        ("mail = 3\n", "line 1: mail: "),
        ('database_url = "mysql://x"\n', "line 1: database_url: "),
        ("zone = \n", "not TOML"),
    ],
)
def test_a_wrong_key_or_value_names_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadSettings) as error:
        read_settings(a_file(tmp_path, text))
    assert told in str(error.value)
    assert "tenderwatch.toml" in str(error.value)


def test_every_wrong_key_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as error:
        read_settings(a_file(tmp_path, "crawls_at_once = 0\nbase = 1\n"))
    assert "line 1: crawls_at_once" in str(error.value)
    assert "line 2: base" in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("TENDERWATCH_ZONE", "Nowhere"), ("TENDERWATCH_ZOEN", "UTC"), ("TENDERWATCH_MAIL__PORT", "many")],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=name):
        read_settings()


def test_a_wrong_nested_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_MAIL__PROT", "25")
    with pytest.raises(BadSettings, match="TENDERWATCH_MAIL__PROT: no such setting; did you mean port"):
        read_settings()


def test_the_named_file_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_CONFIG", "nowhere.toml")
    with pytest.raises(BadSettings, match=r"nowhere\.toml"):
        find_file()


def test_a_secret_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_SECRET_A", "s")
    assert read_secret("TENDERWATCH_SECRET_A") == "s"
    with pytest.raises(BadSettings, match="TENDERWATCH_SECRET_B"):
        read_secret("TENDERWATCH_SECRET_B")
