"""Who is sending: a name for each dispatcher at work, and which of those names no living process bears."""

import os
import secrets
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager

_here: set[str] = set()


@contextmanager
def at_work() -> Iterator[str]:
    """The name of a dispatcher, as long as it works: machine, process, and a word that no other has."""
    holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(6)}"
    _here.add(holder)
    try:
        yield holder
    finally:
        _here.discard(holder)


def find_gone(holders: Collection[str]) -> set[str]:
    """Those of this machine whose process has ended. Of other machines nothing is known: their leases run out."""
    return {holder for holder in holders if _is_gone(holder)}


def _is_gone(holder: str) -> bool:
    machine, process, _ = holder.rsplit("/", 2)
    if machine != socket.gethostname() or not process.isdecimal():
        return False
    if int(process) == os.getpid():  # in a container the next process often has the number of the one before
        return holder not in _here
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
