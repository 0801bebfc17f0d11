"""What the tests themselves stand on: the network is closed but for loopback."""

import socket

import pytest

from tests.conftest import NetworkClosed


def test_only_loopback_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    for address in (("192.0.2.1", 80), ("portal.example", 80)):
        with pytest.raises(NetworkClosed):
            socket.create_connection(address, timeout=1)
    with socket.socket() as plain, pytest.raises(NetworkClosed):
        plain.connect_ex(("192.0.2.1", 80))
