"""Python reads this file as it starts where its folder is on PYTHONPATH: so what tests start reaches only loopback.

A name or address elsewhere is as unknown, or as unreachable, as on a machine without a network.
"""

import errno
import socket
from typing import Any

from near import is_near


def _close_names(name: str) -> None:
    real = getattr(socket, name)

    def closed(*args: Any, **kwargs: Any) -> Any:
        host = args[0] if args else kwargs["host"]
        if not is_near((host, 0)):
            raise socket.gaierror(socket.EAI_NONAME, f"tests are closed to {host!r}")
        return real(*args, **kwargs)

    setattr(socket, name, closed)


def _close_connections(name: str) -> None:
    real = getattr(socket.socket, name)

    def closed(self: socket.socket, address: Any) -> Any:
        if is_near(address):
            return real(self, address)
        if name == "connect_ex":
            return errno.ENETUNREACH
        raise OSError(errno.ENETUNREACH, f"tests are closed to {address!r}")

    setattr(socket.socket, name, closed)


for each in ("getaddrinfo", "gethostbyname"):
    _close_names(each)
for each in ("connect", "connect_ex"):
    _close_connections(each)
