"""The guard of addresses: literals, names, redirects and rebinding, judged where the connection is made."""

from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.addresses import Endpoint, redact, with_parameters
from crawler.middlewares.guard import Guard, GuardedResolver
from domain.errors import AddressRefused
from domain.sources import RunState
from tests.crawler.portals import Answer, Place, Portal, a_package, a_release

FORBIDDEN = [
    "http://127.0.0.1/",
    "http://127.9.9.9:8080/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://172.16.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "file:///etc/passwd",
    "ftp://93.184.216.34/",
    "data:text/html,x",
    "gopher://93.184.216.34/",
    "http://93.184.216.34@127.0.0.1/",
    "http://93.184.216.34\\@127.0.0.1/",
    "http://me@93.184.216.34/",
]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_what_may_not_be_asked(url: str) -> None:
    with pytest.raises(AddressRefused):
        Guard().check_url(url)


@pytest.mark.parametrize("url", ["http://93.184.216.34/", "https://[2606:2800:220:1::1]:8443/x", "https://a.invalid/"])
def test_what_may_be_asked(url: str) -> None:
    Guard().check_url(url)


def test_the_operator_names_what_is_meant() -> None:
    Guard(["127.0.0.1:8080"]).check_url("http://127.0.0.1:8080/")
    Guard(["10.0.0.0/8"]).check_url("http://10.1.2.3:99/")
    Guard(["10.1.2.3"]).check_url("http://10.1.2.3:99/")
    with pytest.raises(AddressRefused, match="loopback"):
        Guard(["127.0.0.1:8080"]).check_url("http://127.0.0.1:8081/")


class Names:
    """A resolver whose answers change, as a hostile name server's do."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *rest: Any) -> Any:  # noqa: N802
        receiver.resolutionBegan(None)
        for ip in self.answers.pop(0):
            kind = IPv6Address if ":" in ip else IPv4Address
            receiver.addressResolved(kind("TCP", ip, port))
        receiver.resolutionComplete()


class Reactor:
    def __init__(self, names: Names) -> None:
        self.nameResolver = names

    def installNameResolver(self, resolver: Any) -> None:  # noqa: N802
        self.nameResolver = resolver


class Inner:
    def install_on_reactor(self) -> None:
        pass


class Receiver:
    def __init__(self) -> None:
        self.found: list[str] = []

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.found.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        pass


def resolve(reactor: Reactor, host: str, port: int = 80) -> list[str]:
    receiver = Receiver()
    reactor.nameResolver.resolveHostName(receiver, host, port)
    return receiver.found


def test_each_answer_of_a_name_is_judged_when_it_is_used() -> None:
    guard = Guard(["inside.example", "other.example:81"])
    names = Names(["93.184.216.34"], ["127.0.0.1"], ["93.184.216.34", "10.0.0.1", "::1"], ["10.0.0.1"], *[["::1"]] * 2)
    reactor = Reactor(names)
    GuardedResolver(reactor, Inner(), guard).install_on_reactor()  # type: ignore[arg-type]
    assert resolve(reactor, "portal.example") == ["93.184.216.34"]
    assert resolve(reactor, "portal.example") == []  # rebound
    assert "portal.example (127.0.0.1) is loopback" in guard.refused["portal.example"]
    assert resolve(reactor, "portal.example") == ["93.184.216.34"]
    assert resolve(reactor, "inside.example") == ["10.0.0.1"]
    assert resolve(reactor, "other.example", 81) == ["::1"]
    assert resolve(reactor, "other.example", 82) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1"])
def test_a_source_cannot_name_this_machine(place: Place, host: str) -> None:
    """The real thing, in a child: whatever the resolver makes of odd literals."""
    from crawler.run import crawl_in_child

    with Portal(lambda path: Answer(a_package([a_release(1)]))) as portal:
        place.write(endpoint=portal.url.replace("127.0.0.1", host) + "/api", robots={"obey": False, "reason": "test"})
        run = crawl_in_child("xx_test", place.settings)
        assert portal.log == []
    assert run.state is RunState.FAILED
    assert run.new == 0
    if host in ("127.0.0.1", "localhost"):
        assert "AddressRefused" in (run.reason or "")


def test_a_redirect_to_a_forbidden_address_is_not_followed(place: Place) -> None:
    with Portal(lambda path: Answer(a_package([a_release(1)]))) as inside:
        where = {"Location": f"{inside.url}/secret"}
        with Portal(lambda path: Answer(status=302, headers=where)) as portal:
            settings = place.settings.model_copy(update={"allowed_addresses": (portal.url.removeprefix("http://"),)})
            place.settings = settings
            place.write(endpoint=f"{portal.url}/api")
            from crawler.run import crawl_in_child

            run = crawl_in_child("xx_test", settings)
            assert len(portal.log) == 1
            assert (inside.log, inside.robots_asked) == ([], 0)
    assert run.state in (RunState.FAILED, RunState.BLOCKED)


def test_addresses_are_kept_without_keys() -> None:
    assert redact("https://me:pw@a.example/x?api_key=s&page=2#f") == "https://a.example/x?api_key={key}&page=2"
    assert redact("https://a.example/x?page=2&y=%20") == "https://a.example/x?page=2&y=%20"
    assert with_parameters("https://a.example/x?a=1&b=2", {"b": "3", "c": "4:5"}) == "https://a.example/x?a=1&b=3&c=4:5"


def test_a_stand_in_takes_every_address() -> None:
    stand_in = Endpoint.read("http://127.0.0.1:8080/fts/")
    assert stand_in.move("https://a.example/api?x=1") == "http://127.0.0.1:8080/fts/api?x=1"
    assert stand_in.move("http://127.0.0.1:8080/fts/api?x=1") == "http://127.0.0.1:8080/fts/api?x=1"
    assert stand_in.move("http://127.0.0.1:8080/robots.txt") == "http://127.0.0.1:8080/fts/robots.txt"
    assert stand_in.host_and_port == "127.0.0.1:8080"
    assert stand_in.is_loopback
    assert not Endpoint.read("https://mirror.example").is_loopback
    assert Endpoint.read("http://127.0.0.1:1").move("https://a.example/x") == "http://127.0.0.1:1/x"
