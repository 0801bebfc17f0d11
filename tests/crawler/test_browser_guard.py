"""The browser's only way out is judged: literals, redirects, frames, rebinding, and whatever does not speak HTTP."""

import asyncio
import socket
import threading
from collections.abc import Sequence

import pytest
from playwright.async_api import Error

from crawler.browser.chromium import Chromium
from crawler.middlewares.guard import Guard
from domain.errors import AddressRefused
from tests.crawler.browsing import need_browser, with_chromium
from tests.crawler.portals import Answer, Portal


@pytest.fixture(scope="module", autouse=True)
def _browser() -> None:
    need_browser()


def a_page(body: str) -> Answer:
    return Answer(f"<!doctype html><html><body>{body}</body></html>".encode(), headers={"Content-Type": "text/html"})


def host_of(portal: Portal) -> str:
    return portal.url.removeprefix("http://")


async def go(chromium: Chromium, url: str, quiet: bool = False) -> str | None:
    """What the page says, None where it could not be had."""
    async with chromium.page() as page:
        try:
            await page.goto(url, timeout=15_000, wait_until="networkidle" if quiet else "load")
        except Error:
            return None
        return await page.inner_text("body")


LITERALS = [
    "http://169.254.169.254/latest/meta-data",
    "http://[::ffff:10.0.0.1]/",
    "https://[::ffff:10.0.0.1]/",
    "http://10.0.0.1/",
    "https://192.168.1.1/",
    "http://100.64.0.1/",
    "http://[fd00::1]/",
    "http://0x7f.1:{port}/",
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://[::1]:{port}/",
    "http://0.0.0.0:{port}/",
]


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest/meta-data", "http://[::ffff:10.0.0.1]/"])
def test_scrapy_refuses_the_same(url: str) -> None:
    with pytest.raises(AddressRefused):
        Guard().check_url(url)


def test_literal_addresses_are_refused() -> None:
    with Portal(lambda path: a_page("secret")) as inside:
        urls = [url.format(port=inside.server.server_port) for url in LITERALS]

        async def work(chromium: Chromium) -> None:
            for url in urls:
                chromium.proxy.begin_page()
                assert await go(chromium, url) is None, url
                assert chromium.proxy.guard.refused, url

        with_chromium(work)
        assert inside.log == []


def test_nothing_but_http_leaves_a_file_or_the_proxy_itself() -> None:
    async def work(chromium: Chromium) -> None:
        assert await go(chromium, f"http://127.0.0.1:{chromium._port}/") is None
        assert "loopback" in chromium.proxy.guard.refused["127.0.0.1"]

    with_chromium(work)


def test_redirects_are_refused() -> None:
    with Portal(lambda path: a_page("secret")) as inside:
        targets = {"/a": f"{inside.url}/x", "/b": "http://169.254.169.254/x", "/c": "http://[::ffff:10.0.0.1]/"}

        with Portal(lambda path: Answer(status=302, headers={"Location": targets[path]})) as portal:

            async def work(chromium: Chromium) -> None:
                for path in targets:
                    chromium.proxy.begin_page()
                    assert await go(chromium, portal.url + path) is None
                    assert chromium.proxy.guard.refused

            with_chromium(work, [host_of(portal)])
            assert portal.log == list(targets)
        assert inside.log == []


def test_frames_and_scripts_are_refused_and_the_page_is_read_all_the_same() -> None:
    with Portal(lambda path: a_page("secret")) as inside:
        body = f"""tenders
          <iframe src="http://169.254.169.254/latest/"></iframe><iframe src="http://[::ffff:10.0.0.1]/"></iframe>
          <iframe src="{inside.url}/frame"></iframe><script src="{inside.url}/script.js"></script>
          <link rel="stylesheet" href="{inside.url}/style.css"><object data="{inside.url}/object"></object>
          <script>fetch("{inside.url}/fetch", {{mode: "no-cors"}}).catch(() => 0);
          new WebSocket("{inside.url.replace("http", "ws")}/socket"); navigator.sendBeacon("{inside.url}/beacon");
          open("{inside.url}/popup"); new EventSource("{inside.url}/events");</script>"""
        with Portal(lambda path: a_page(body)) as portal:

            async def work(chromium: Chromium) -> None:
                chromium.proxy.begin_page()
                assert "tenders" in (await go(chromium, portal.url) or "")
                assert {"169.254.169.254", "::ffff:a00:1", "127.0.0.1"} <= set(chromium.proxy.guard.refused)

            with_chromium(work, [host_of(portal)])
        assert inside.log == []


def test_a_name_is_judged_for_each_connection_and_connected_to_as_judged() -> None:
    answers: list[str] = []

    async def names(host: str, port: int) -> Sequence[str]:
        return list(answers)

    with Portal(lambda path: a_page("tenders")) as portal:
        port = portal.server.server_port

        async def work(chromium: Chromium) -> None:
            for ips, said in (
                (["127.0.0.1"], "tenders"),
                (["127.0.0.2"], None),  # rebound
                (["10.0.0.1", "127.0.0.1"], "tenders"),
                (["169.254.169.254"], None),
                (["::ffff:10.0.0.1"], None),
                ([], None),
            ):
                answers[:] = ips
                chromium.proxy.begin_page()
                assert await go(chromium, f"http://portal.test:{port}/") == said, ips
                assert ("portal.test" in chromium.proxy.guard.refused) == (len(ips) != 1 or said is None)

        with_chromium(work, ["127.0.0.1"], names=names)
        assert len([path for path in portal.log if path == "/"]) == 2


def test_with_a_stand_in_nothing_else_is_asked() -> None:
    with Portal(lambda path: a_page("real")) as real:
        with Portal(lambda path: a_page(f'stand-in <iframe src="{real.url}/x"></iframe>')) as portal:

            async def work(chromium: Chromium) -> str | None:
                return await go(chromium, portal.url)

            assert "stand-in" in (with_chromium(work, ["127.0.0.0/8"], only=host_of(portal)) or "")
        assert real.log == []


WEBRTC = """async (port) => {
  const made = window.RTCPeerConnection;
  if (!made) return "none";
  const peer = new made({iceServers: [{urls: `stun:127.0.0.1:${port}`}]});
  peer.createDataChannel("x");
  await peer.setLocalDescription(await peer.createOffer());
  await new Promise(done => { peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
                              setTimeout(done, 3000); });
  return peer.localDescription.sdp;
}"""


class Udp:
    """Notes whatever comes by UDP."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.heard: list[bytes] = []
        self.socket.settimeout(0.2)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._listen)

    def _listen(self) -> None:
        while not self.ended.is_set():
            try:
                self.heard.append(self.socket.recv(4096))
            except TimeoutError:
                continue

    def __enter__(self) -> "Udp":
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        self.thread.join()
        self.socket.close()


def test_no_datagram_leaves_the_browser() -> None:
    """WebRTC is taken from pages, and where it were not, the flags keep it from going past the proxy."""
    with Udp() as udp, Portal(lambda path: a_page("<iframe src='/frame'></iframe>" if path == "/" else "x")) as portal:

        async def work(chromium: Chromium) -> list[str]:
            assert chromium._browser is not None
            async with chromium.page() as page:
                await page.goto(portal.url)
                taken = [await frame.evaluate(WEBRTC, udp.port) for frame in page.frames]
            context = await chromium._browser.new_context()
            page = await context.new_page()
            await page.goto(portal.url)
            by_flags = await page.evaluate(WEBRTC, udp.port)
            await asyncio.sleep(0.5)
            return [*taken, by_flags]

        taken, frame, by_flags = with_chromium(work, [host_of(portal)])
    assert (taken, frame) == ("none", "none")
    assert "srflx" not in by_flags
    assert udp.heard == []
