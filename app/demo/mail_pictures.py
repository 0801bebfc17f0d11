"""`make pictures`: the mail as it looks, in Chromium, at the widths of a telephone and of a desk, light and dark."""

import argparse
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import sync_playwright

from alerts.cards import Card, to_card
from alerts.render import Content, render
from crawler.browser.find import find_chromium
from domain.alerts import EventKind, FieldChange
from domain.notices import Buyer, Kind, Money, Notice, Precision, Status
from domain.opportunities import Reason

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
WIDTHS, SCHEMES = (360, 900), ("light", "dark")
ZONE = "Europe/Madrid"


def take_mail_pictures(folder: Path) -> list[Path]:
    """PNG files, one for each width and scheme, of a mail of new tenders and of one that tells a change."""
    mails = {"mail": _new(), "mail-change": _change()}
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright.chromium.executable_path))
        for name, html in mails.items():
            for width in WIDTHS if name == "mail" else WIDTHS[:1]:
                for scheme in SCHEMES:
                    context = browser.new_context(
                        viewport={"width": width, "height": 600},
                        color_scheme="dark" if scheme == "dark" else "light",
                        java_script_enabled=False,
                    )
                    page = context.new_page()
                    page.set_content(html)
                    file = folder / f"{name}-{width}-{scheme}.png"
                    page.screenshot(path=file, full_page=True)
                    taken.append(file)
                    context.close()
        browser.close()
    return taken


def _new() -> str:
    cards = (
        _card(
            7,
            "Lieferung und Einbau von Kreiselpumpen für das Klärwerk Nordheim",
            "Stadtwerke Nordheim (Muster)",
            "DE",
            82,
            (
                Reason(
                    "keyword",
                    "A keyword stands in the title.",
                    Decimal(40),
                    text="Kreiselpumpen",
                    matched="centrifugal pump*",
                ),
                Reason(
                    "cpv",
                    "The notice and the profile share a CPV branch.",
                    Decimal(30),
                    text="42122000",
                    matched="4212",
                ),
                Reason("place", "The buyer's country is one of the profile's.", Decimal(12), text="DE"),
            ),
            days=6,
            value=Money(Decimal("745000"), "EUR"),
        ),
        _card(
            8,
            "Suministro de válvulas de compuerta para la red de abastecimiento",
            "Mancomunidad de Aguas de Ejemplo",
            "ES",
            61,
            (Reason("keyword", "A keyword stands in the title.", Decimal(61), text="válvulas", matched="valve"),),
            days=24,
            value=None,
        ),
    )
    return render(
        Content(EventKind.NEW, cards, ("all-to-sales",), ZONE, unsubscribe="https://bids.example.com/unsubscribe/sales")
    ).html


def _change() -> str:
    moved = FieldChange("deadline_at", "2026-11-08T12:00:00+01:00", "2026-11-20T12:00:00+01:00")
    card = _card(
        7,
        "Lieferung und Einbau von Kreiselpumpen für das Klärwerk Nordheim",
        "Stadtwerke Nordheim (Muster)",
        "DE",
        82,
        (
            Reason(
                "keyword",
                "A keyword stands in the title.",
                Decimal(40),
                text="Kreiselpumpen",
                matched="centrifugal pump*",
            ),
        ),
        days=18,
        value=Money(Decimal("745000"), "EUR"),
        changes=(moved,),
    )
    return render(Content(EventKind.DEADLINE_MOVED, (card,), ("told before",), ZONE)).html


def _card(
    number: int,
    title: str,
    buyer: str,
    country: str,
    score: int,
    reasons: tuple[Reason, ...],
    *,
    days: int,
    value: Money | None,
    changes: tuple[FieldChange, ...] = (),
) -> Card:
    zone = ZoneInfo(ZONE)
    deadline = (NOW.astimezone(zone) + timedelta(days=days)).replace(hour=12)
    notice = Notice(
        source="demo",
        key=f"2026-{number:04}",
        kind=Kind.TENDER,
        status=Status.OPEN,
        url=f"https://portal.example/notice/{number}",
        language="de" if country == "DE" else "es",
        title={"de" if country == "DE" else "es": title},
        buyers=(Buyer(buyer),),
        country=country,
        value=value,
        deadline_at=deadline,
        deadline_precision=Precision.MINUTE,
    )
    return to_card(
        notice,
        score=Decimal(score),
        reasons=reasons,
        profile="Pumps and valves",
        now=NOW,
        zone=zone,
        changes=changes,
        opportunity=number,
        base_url="https://bids.example.com",
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for file in take_mail_pictures(parser.parse_args().folder):
        print(file)  # noqa: T201


if __name__ == "__main__":
    main()
