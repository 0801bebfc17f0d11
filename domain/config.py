"""Settings of one installation: `tenderwatch.toml`, overruled by `TENDERWATCH_*`; the environment is read only here.

A wrong key or value raises BadSettings that names the file and line, or the variable.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_config_path, user_data_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from domain.errors import BadSettings
from domain.masking import keep_secret

FILE_NAME = "tenderwatch.toml"
PREFIX = "TENDERWATCH_"
# Read by other parts of the system, not settings of an installation.
OTHER_VARIABLES = {"TENDERWATCH_CONFIG", "TENDERWATCH_CHROMIUM"}
OTHER_PREFIXES = ("TENDERWATCH_SECRET_", "TENDERWATCH_KEY_", "TENDERWATCH_TESTS_")


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("write an IANA time zone such as Europe/Madrid") from error
    return name


def _is_address(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text):
        raise ValueError("write a mail address such as tenders@example.com")
    return text


def _is_way_out(text: str) -> str:
    if not re.fullmatch(r"(https://[^\s<>/]+|mailto:[^\s<>@]+@)[^\s<>]+", text):
        raise ValueError("write an https:// or mailto: address; {destination} in it stands for the destination's id")
    return text


def _is_base(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>/@?#]+(/[^\s<>?#]*)?", text):
        raise ValueError("write a web address without a query, such as https://bot-api.example.org")
    return text.rstrip("/")


Base = Annotated[str, AfterValidator(_is_base)]
Address = Annotated[str, AfterValidator(_is_address)]
ZoneName = Annotated[str, AfterValidator(_is_zone)]


class Mail(BaseModel):
    """How mail leaves: an SMTP server of the company's. The password comes from TENDERWATCH_MAIL__PASSWORD."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = "localhost"
    port: int = Field(25, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "none"
    user: str | None = None
    password: str | None = Field(None, repr=False)
    sender: Address = "tenderwatch@localhost"
    timeout: float = Field(15, gt=0, le=120)
    unsubscribe: Annotated[str, AfterValidator(_is_way_out)] | None = None


class Endpoints(BaseModel):
    """Where chat services are reached, if not at their own address: a server of one's own, or a gateway."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    telegram: Base = "https://api.telegram.org"
    slack: Base = "https://slack.com"
    slack_hooks: Base = "https://hooks.slack.com"
    discord: Base = "https://discord.com"
    teams: Base | None = None


class Settings(BaseSettings):
    """All settings with their defaults; `database_url` None means SQLite in `data_dir`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True)

    data_dir: Path = Field(default_factory=lambda: user_data_path("tenderwatch"))
    database_url: str | None = Field(None, pattern=r"^(sqlite:///|postgresql(\+psycopg)?://)", repr=False)
    sources_dir: Path | None = None
    profiles_dir: Path | None = None
    contact: str = Field("", description="a mail or web address that the user agent names, for portals' operators")
    zone: ZoneName = "UTC"
    allowed_addresses: tuple[str, ...] = Field((), description="hosts or networks that the guard lets through")
    crawls_at_once: int = Field(2, ge=1, le=32)
    mail: Mail = Mail()
    endpoints: Endpoints = Endpoints()
    base_url: str | None = None
    metrics_port: int | None = Field(None, ge=1, le=65535, description="figures for Prometheus; None: off")
    metrics_host: str = Field("127.0.0.1", min_length=1, description="the address that `metrics_port` is bound to")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment is stronger than the file, whose values come as arguments."""
        return env_settings, init_settings

    @model_validator(mode="after")
    def _hide(self) -> Self:
        """No log of this process shows these, whatever prints them."""
        password = urlsplit(self.database_url or "").password
        keep_secret(*(each for each in (self.mail.password, password) if each))
        return self

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'tenderwatch.db'}"
        return re.sub(r"^postgresql://", "postgresql+psycopg://", url)

    @property
    def model_file(self) -> Path:
        """Where `profiles train` leaves what it learnt; matching uses it where it is there."""
        return self.data_dir / "model.npz"

    @property
    def pages_dir(self) -> Path:
        """Where saved pages lie, by hash."""
        return self.data_dir / "pages"


def find_file(folder: Path | None = None) -> Path | None:
    """The settings file: TENDERWATCH_CONFIG, else in this folder, else in the user's configuration folder."""
    named = os.environ.get("TENDERWATCH_CONFIG")
    if named:
        if not Path(named).is_file():
            raise BadSettings(f"TENDERWATCH_CONFIG names {named}, which is no file; unset it or run `tenderwatch init`")
        return Path(named)
    places = [(folder or Path.cwd()) / FILE_NAME, user_config_path("tenderwatch") / FILE_NAME]
    return next((place for place in places if place.is_file()), None)


def read_settings(file: Path | None = None) -> Settings:
    """The settings of this installation; relative paths in the file are relative to the file's folder."""
    file = file or find_file()
    try:
        text = file.read_text(encoding="utf-8") if file else ""
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{file} cannot be read ({error}); `tenderwatch init` writes one") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{file}: not TOML: {error}") from error
    _refuse_unknown_variables(os.environ)
    if file:
        values = _resolve_paths(values, file.parent)
    try:
        return Settings(**values)
    except ValidationError as error:
        raise BadSettings("\n".join(_explain(each, file, text) for each in error.errors())) from error


def read_secret(name: str) -> str:
    """The environment variable `name`, which a destination or source refers to as `${name}`."""
    value = os.environ.get(name)
    if not value:
        raise BadSettings(f"the environment variable {name} is not set; a destination or source needs it")
    keep_secret(value)
    return value


def read_chromium() -> str | None:
    """The browser that the operator chose in TENDERWATCH_CHROMIUM: a file, or a name on the path."""
    return os.environ.get("TENDERWATCH_CHROMIUM") or None


def has_secret(name: str) -> bool:
    """Whether the environment variable is set, so that `read_secret` gives its value."""
    return bool(os.environ.get(name))


def _resolve_paths(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    paths = {
        key: folder / value
        for key, value in values.items()
        if key in ("data_dir", "sources_dir", "profiles_dir") and isinstance(value, str)
    }
    return {**values, **paths}


def _refuse_unknown_variables(environment: Mapping[str, str]) -> None:
    for name in environment:
        if not name.startswith(PREFIX) or name in OTHER_VARIABLES or name.startswith(OTHER_PREFIXES):
            continue
        key = name.removeprefix(PREFIX).lower().split("__")[0]
        if key not in Settings.model_fields:
            raise BadSettings(f"environment variable {name}: no such setting{_nearest(key)}")


def _explain(error: Any, file: Path | None, text: str) -> str:
    keys = [str(part) for part in error["loc"]]
    variable = PREFIX + "__".join(keys).upper()
    if variable in os.environ:
        where = f"environment variable {variable}"
    else:
        where = f"{file}, line {_line_of(keys, text)}: {'.'.join(keys)}"
    if error["type"] == "extra_forbidden":
        return f"{where}: no such setting{_nearest(keys[-1])}"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


def _nearest(key: str) -> str:
    known = [*Settings.model_fields, *Mail.model_fields, *Endpoints.model_fields]
    near = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; the settings are {', '.join(Settings.model_fields)}"


def _line_of(keys: list[str], text: str) -> int:
    """The line of a key in TOML text: the last line that opens its table or sets it; 1 where it is not printed."""
    table, found = "", 1
    wanted_table = keys[0] if len(keys) > 1 else ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([\w.\-]+)\s*\]", line):
            table = header[1]
            found = number if table == keys[0] else found
        elif re.match(rf"\s*[\"']?{re.escape(keys[0])}[\"']?\s*[.=]", line) and not table:
            found = number
        elif table and table == wanted_table and re.match(rf"\s*[\"']?{re.escape(keys[1])}[\"']?\s*=", line):
            found = number
    return found
