"""A Matrix server for tests: Synapse, started on loopback, with what happened in its rooms as a member sees it."""

import base64
import hashlib
import hmac
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
import yaml

from tests.alerts.post import free_port, wait_for
from tests.conftest import MATRIX, ROOT

NAME = "chat.bidder.example"
BURST = 10  # messages that it takes at once from an account, as it comes (`rc_message`); then one in five seconds


@dataclass(frozen=True, slots=True)
class Member:
    """An account with its access token."""

    server: "Homeserver"
    id: str
    token: str

    def ask(self, method: str, path: str, **data: Any) -> Any:
        """A call of the client API; the answer, which must be a 2xx."""
        answer = self.server.call(method, f"/_matrix/client/v3{path}", self.token, data)
        assert answer.ok, (answer.status_code, answer.text)
        return answer.json()

    def make_room(self, *others: "Member") -> str:
        """A private room of these members."""
        room = self.ask("POST", "/createRoom", preset="private_chat", invite=[each.id for each in others])["room_id"]
        for each in others:
            each.ask("POST", f"/rooms/{quote(room)}/join")
        return str(room)

    def say(self, room: str, text: str) -> requests.Response:
        """A message in this room, or the refusal of one."""
        path = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message/{secrets.token_hex(8)}"
        return self.server.call("PUT", path, self.token, {"msgtype": "m.text", "body": text})

    def read(self, room: str) -> list[Mapping[str, Any]]:
        """The messages of this room as events, oldest first."""
        found = self.ask("GET", f"/rooms/{quote(room)}/messages?dir=b&limit=500")["chunk"]
        return [each for each in reversed(found) if each["type"] == "m.room.message"]

    def sync(self) -> Mapping[str, Any]:
        """All that a client would show when it starts."""
        found: Mapping[str, Any] = self.ask("GET", "/sync")
        return found


@dataclass(frozen=True, slots=True)
class Homeserver:
    """A running server."""

    port: int
    secret: str

    def call(self, method: str, path: str, token: str | None, data: Mapping[str, Any]) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"http://127.0.0.1:{self.port}{path}"
        return requests.request(method, url, json=data if method != "GET" else None, headers=headers, timeout=20)

    def register(self, name: str) -> Member:
        """A new account, by the secret that the server's operator has."""
        path = "/_synapse/admin/v1/register"
        nonce = self.call("GET", path, None, {}).json()["nonce"]
        password = secrets.token_hex(8)
        text = "\0".join([nonce, name, password, "notadmin"])
        mac = hmac.new(self.secret.encode(), text.encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": False, "mac": mac}
        answer = self.call("POST", path, None, body)
        assert answer.ok, answer.text
        made = answer.json()
        return Member(self, made["user_id"], made["access_token"])

    def is_up(self) -> bool:
        try:
            return self.call("GET", "/health", None, {}).ok
        except requests.ConnectionError:
            return False


@contextmanager
def a_homeserver(folder: Path) -> Iterator[Homeserver]:
    """Synapse with its files in this folder; it knows no other server, and reaches nothing but loopback."""
    server = Homeserver(free_port(), secrets.token_hex(16))
    (folder / "server.yaml").write_text(yaml.safe_dump(to_settings(server, folder)))
    (folder / "log.yaml").write_text(yaml.safe_dump(to_log(folder)))
    (folder / "signing.key").write_text(
        f"ed25519 a_1 {base64.b64encode(secrets.token_bytes(32)).decode().rstrip('=')}\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "closed")}
    command = [str(MATRIX), "-m", "synapse.app.homeserver", "--config-path", str(folder / "server.yaml")]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
    try:
        wait_for(lambda: process.poll() is not None or server.is_up(), 60)
        assert process.poll() is None, (folder / "output").read_text()
        yield server
    finally:
        process.terminate()
        process.wait(20)


def to_settings(server: Homeserver, folder: Path) -> Mapping[str, Any]:
    """Its configuration: clients on loopback only, and no other server, key server, identity server or statistics."""
    much = {"per_second": 1000, "burst_count": 1000}
    return {
        "server_name": NAME,
        "public_baseurl": f"http://127.0.0.1:{server.port}/",
        "pid_file": str(folder / "pid"),
        "listeners": [
            {
                "port": server.port,
                "type": "http",
                "tls": False,
                "bind_addresses": ["127.0.0.1"],
                "resources": [{"names": ["client", "health"]}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "server.db")}},
        "log_config": str(folder / "log.yaml"),
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "registration_shared_secret": server.secret,
        "macaroon_secret_key": secrets.token_hex(16),
        "form_secret": secrets.token_hex(16),
        "report_stats": False,
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        "presence": {"enabled": False},
        "bcrypt_rounds": 4,
        "rc_joins": {"local": much, "remote": much},
        "rc_room_creation": much,
        "rc_invites": {"per_room": much, "per_user": much, "per_issuer": much},
    }


def to_log(folder: Path) -> Mapping[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"file": {"class": "logging.FileHandler", "filename": str(folder / "log")}},
        "root": {"level": "WARNING", "handlers": ["file"]},
    }
