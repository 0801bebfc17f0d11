"""What tests may reach."""

from typing import Any


def is_near(address: Any) -> bool:
    """A path of this machine, localhost, or a loopback address."""
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    host = address[0].decode() if isinstance(address[0], bytes) else str(address[0] or "")
    return host in ("", "localhost", "::1", "0.0.0.0", "::") or host.startswith("127.")
