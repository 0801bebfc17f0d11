"""Made-up portals of each kind that `sources new` knows, true to how such portals are built."""

# ruff: noqa: E501  (markup keeps its lines)

import contextlib
import itertools
import json
import sys
from datetime import UTC, datetime
from typing import Any

from tests.crawler.portals import Answer, Portal, a_package, a_release, query

GOODS = ["Water pumps for the northern works", "Laboratory reagents and glassware", "Road salt, winter 2027",
         "Cleaning of schools in the old town", "Fire engines with ladders", "Study of the harbour's sediment",
         "Printing of ballot papers", "Maintenance of lifts in hospitals"]  # fmt: skip
BUYERS = ["Norbridge Town Council", "Eastmere Water Board", "Westford Hospital Trust"]
TYPES = {"html": "text/html; charset=utf-8", "json": "application/json", "xml": "application/xml"}


def number(place: int) -> str:
    return f"NB-2026-{100 + place:04d}"


def table_list(path: str) -> bytes:
    """A table with named columns, stripes, a next link and a total: as municipal portals are."""
    page = int(query(path).get("page", "1"))
    rows = "".join(
        f'<tr class="{"odd" if place % 2 else "even"}"><td><a href="/tenders/view?id={number(place)}">{number(place)}</a></td>'
        f"<td>{GOODS[place % 8]}</td><td>{BUYERS[place % 3]}</td><td>{place + 1:02d}/11/2026</td>"
        f'<td>{place + 13:02d}/12/2026 12:00</td><td><span class="tag">{"Open" if place % 4 else "Closed"}</span></td></tr>'
        for place in range((page - 1) * 8, page * 8)
    )
    following = '<a href="/tenders?page=2" rel="next">Next ›</a>' if page == 1 else ""
    return f"""<!doctype html><html lang="en"><head><title>Tenders - Norbridge</title></head><body>
<nav><ul><li><a href="/">Home of the town of Norbridge</a></li><li><a href="/news">All the news of the town today</a></li>
<li><a href="/contact">How to contact the town hall</a></li></ul></nav>
<h1>Tenders</h1><p class="count">1-8 of 16 tenders</p>
<table class="list"><thead><tr><th>Reference</th><th>Title</th><th>Contracting authority</th><th>Published</th>
<th>Closing date</th><th>Status</th></tr></thead><tbody>{rows}</tbody></table>
<div class="pager">{following}</div><footer><p>Norbridge 2026, all rights reserved by the council</p></footer>
</body></html>""".encode()


def table_detail(path: str) -> bytes:
    reference = query(path)["id"]
    place = int(reference[-4:]) - 100
    return f"""<!doctype html><html lang="en"><head><title>{reference}</title></head><body><h1>{GOODS[place % 8]}</h1>
<dl class="facts"><dt>Reference</dt><dd>{reference}</dd><dt>Contracting authority</dt><dd>{BUYERS[place % 3]}</dd>
<dt>Estimated value</dt><dd>£{10 + place},500.00</dd><dt>CPV code</dt><dd>42122000 Pumps</dd>
<dt>Closing date</dt><dd>{place + 13:02d}/12/2026 12:00</dd></dl></body></html>""".encode()


def card_list(path: str) -> bytes:
    """Cards with labels, amounts with a decimal comma, generated class names and counted pages."""
    cards = "".join(
        f'<div class="Card_root__x1Yz9 col-12"><div class="Card_top__a1B2c"><a class="Card_name__q9W8e" href="/avis/{7000 + place}">'
        f'{GOODS[place % 8]}</a></div><div class="row"><span class="lbl">Acheteur :</span> <span>{BUYERS[place % 3]}</span></div>'
        f'<div class="row"><span class="lbl">Montant :</span> <span>{12 + place} 500,00 €</span></div>'
        f'<div class="row"><span class="lbl">Publié le :</span> <span>{place + 1:02d}.11.2026</span></div>'
        f'<div class="row"><span class="lbl">Date limite :</span> <span>{place + 13:02d}.12.2026 16:30</span></div></div>'
        for place in range(6)
    )
    pages = "".join(f'<a href="/avis?p={each}">{each}</a>' for each in (2, 3))
    return f"""<!doctype html><html lang="fr"><head><title>Avis</title></head><body><main><div class="grid">{cards}</div>
<nav class="pagination"><span>1</span>{pages}</nav></main></body></html>""".encode()


def spread_list(path: str) -> bytes:
    """A notice over several rows of a table without classes: as old municipal pages are."""
    rows = "".join(
        f'<tr><td><b><a href="bids.asp?ID={2300 + place}">{BUYERS[place % 3].upper()}</a></b> - {GOODS[place % 8]}</td></tr>'
        f'<tr></tr><tr><td>{place + 1}/20/26 - {place + 2}/25/26: "For all information please contact the counter"</td></tr>'
        "<tr><td>&nbsp;</td></tr>"
        for place in range(8)
    )
    return f"<html><head><title>Bids</title></head><body><table><tr><td><table>{rows}</table></td></tr></table></body></html>".encode()


def rss(path: str) -> bytes:
    items = "".join(
        f"<item><title>{number(place)}: {GOODS[place % 8]}</title><link>https://feed.example.org/show/{number(place)}</link>"
        f"<guid>https://feed.example.org/show/{number(place)}</guid><pubDate>Wed, {place + 1:02d} Nov 2026 00:00:00 GMT</pubDate>"
        f"<description>&lt;p&gt;{GOODS[place % 8]}&lt;/p&gt;</description></item>"
        for place in range(8)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Tenders</title><language>en</language>{items}</channel></rss>'.encode()


def atom(path: str) -> bytes:
    entries = "".join(
        f'<entry><id>urn:tender:{9000 + place}</id><title>{GOODS[place % 8]}</title><link href="https://a.example.org/{9000 + place}"/>'
        f"<updated>2026-11-{place + 1:02d}T08:00:00+01:00</updated><summary>…</summary></entry>"
        for place in range(8)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Licitaciones</title><link rel="next" href="/a2"/>{entries}</feed>'.encode()


def json_rows(count: int = 8) -> list[dict[str, Any]]:
    return [
        {
            "_id": place,
            "reference_number": number(place),
            "tender_title": GOODS[place % 8],
            "agency": {"name": BUYERS[place % 3]},
            "estimated_value": f"{place + 10}500.00",
            "publication_date": f"2026-11-{place + 1:02d}T08:00:00",
            "closing_date": f"2026-12-{place % 16 + 13:02d}T12:00:00",
            "link": f"https://data.example.org/{number(place)}",
        }
        for place in range(count)
    ]


def calls(path: str) -> bytes:
    """An API of a portal's own, which counts its pages and tells the number of all its rows."""
    page = int(query(path).get("page", "1"))
    return json.dumps({"total": 24, "page": page, "calls": json_rows(24)[page * 8 - 8 : page * 8]}).encode()


def json_ld(path: str) -> bytes:
    items = [
        {"@type": "ListItem", "position": place, "item": {"@type": "Demand", "identifier": number(place),
         "name": GOODS[place % 8], "availabilityEnds": "2026-12-24", "url": f"https://l.example.org/{place}x"}}
        for place in range(4)
    ]  # fmt: skip
    text = json.dumps({"@context": "https://schema.org", "@type": "ItemList", "itemListElement": items})
    return f'<html lang="en"><head><title>L</title><script type="application/ld+json">{text}</script></head><body></body></html>'.encode()


def board(path: str) -> bytes:
    """A list that a script draws."""
    rows = [[number(place), GOODS[place % 8], f"2026-12-{place + 13:02d}"] for place in range(6)]
    return f"""<!doctype html><html lang="en"><head><title>Board</title></head><body><h1>Board</h1><div id="app"></div><script>
document.getElementById("app").innerHTML = {json.dumps(rows)}.map(([id, title, day]) => `<article class="notice">
<h2 class="title">${{title}}</h2><a href="/board/${{id}}">${{id}}</a><p class="closing">${{day}}</p></article>`).join("");
</script></body></html>""".encode()


_LOOKS = itertools.count()


def platform(path: str) -> bytes:
    """An e-trading platform without structure: a clock and counters that never rest, and a lot more at every other
    look."""
    looks = next(_LOOKS)
    lots = "".join(
        f'<p><a href="/platform/{place}">{GOODS[place % 8]}</a>. Bids are opened on {place + 13:02d} December 2026.</p>'
        for place in range(3 + looks // 2)
    )
    return f"""<!doctype html><html lang="en"><head><title>Eastmere trading</title></head><body>
<div>It is now {datetime.now(UTC):%d %B %Y, %H:%M:%S}</div><p>Visitors online: {977 * looks % 401}</p>
<main><h1>Lots of Eastmere Water Board</h1>{lots}</main></body></html>""".encode()


def answer(path: str) -> Answer:
    """All portals on one server, each below a path of its own."""
    name = path.partition("?")[0]
    rows = json_rows()
    bodies: dict[str, tuple[str, Any]] = {
        "/tenders": ("html", table_list),
        "/tenders/view": ("html", table_detail),
        "/avis": ("html", card_list),
        "/bids": ("html", spread_list),
        "/rss": ("xml", rss),
        "/atom": ("xml", atom),
        "/jsonld": ("html", json_ld),
        "/board": ("html", board),
        "/platform": ("html", platform),
        "/lines": ("html", lambda path: b"A1;Pumps for the works\nA2;Road salt"),
        "/ocds": ("json", lambda path: a_package([a_release(each) for each in range(1, 6)], None)),
        "/api/3/action/datastore_search": (
            "json",
            lambda path: json.dumps({"help": "…", "success": True, "result": {"records": rows, "total": 80}}).encode(),
        ),
        "/calls": ("json", calls),
        "/resource/ab12-cd34.json": ("json", lambda path: json.dumps(rows).encode()),
        "/api/explore/v2.1/catalog/datasets/tenders/records": (
            "json",
            lambda path: json.dumps({"total_count": 80, "results": rows}).encode(),
        ),
        "/login": ("html", lambda path: b'<html><form><input type="password" name="p"></form></html>'),
        "/app": ("html", lambda path: b'<html><body><div id="root"></div><script src="/a.js"></script></body></html>'),
    }
    if name not in bodies:
        return Answer(status=404)
    kind, body = bodies[name]
    return Answer(body(path), headers={"Content-Type": TYPES[kind]})


if __name__ == "__main__":  # docs/adding-a-source.md practises on it
    practice = Portal(answer, port=8765)
    sys.stdout.write(f"practice portals at {practice.url}; Ctrl+C ends them\n")
    with contextlib.suppress(KeyboardInterrupt):
        practice.server.serve_forever()
