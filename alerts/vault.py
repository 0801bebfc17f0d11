"""Secrets of destinations: from the environment, else encrypted in the database with a key file that only we can read.

The key is `secret.key` in the data folder. It is in no backup: who has the backup alone cannot read the secrets.
"""

import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Engine

from domain.config import has_secret, read_secret
from domain.errors import BadRule, BadSettings
from storage.engine import reading, writing
from storage.secrets import find_secret, find_secrets, save_secret

FILE = "secret.key"


def reader(engine: Engine, data_dir: Path) -> Callable[[str], str]:
    """Reads a secret by its name, raising BadSettings where it is nowhere."""

    def read(name: str) -> str:
        if has_secret(name):
            return read_secret(name)
        with reading(engine) as c:
            kept = find_secret(c, name)
        if kept is None:
            raise BadSettings(
                f"the environment variable {name} is not set; set it, or keep it encrypted: "
                f"`tenderwatch alerts secret set {name}`"
            )
        return decrypt(kept, name, data_dir)

    return read


def keep(engine: Engine, data_dir: Path, name: str, value: str, now: datetime) -> None:
    """Encrypts a secret and saves it; the key file is made where there is none."""
    from alerts.schemes import SECRET_NAME

    if not SECRET_NAME.fullmatch(name):
        raise BadRule(f"{name}: names of secrets begin with TENDERWATCH_SECRET_, in capital letters, digits and _")
    if not value.strip():
        raise BadRule(f"{name}: an empty secret is none")
    token = Fernet(_read_key(data_dir, make=True)).encrypt(value.strip().encode()).decode()
    with writing(engine) as c:
        save_secret(c, name, token, now)


def decrypt(token: str, name: str, data_dir: Path) -> str:
    """The secret; raises BadSettings where the key file is missing, open to others, or another one."""
    try:
        return Fernet(_read_key(data_dir)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise BadSettings(
            f"{name} cannot be decrypted with {data_dir / FILE}: it is not the key that it was made with; "
            f"put that one back, or `tenderwatch alerts secret set {name}` again"
        ) from error


def list_kept(engine: Engine) -> dict[str, datetime]:
    """The names of secrets in the database, and since when."""
    with reading(engine) as c:
        return find_secrets(c)


def _read_key(data_dir: Path, make: bool = False) -> bytes:
    file = data_dir / FILE
    if not file.exists():
        if not make:
            raise BadSettings(f"{file} is missing: secrets in the database cannot be read without it")
        data_dir.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            new.write(Fernet.generate_key())
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise BadSettings(f"others can read {file}: `chmod 600 {file}`")
    return file.read_bytes()
