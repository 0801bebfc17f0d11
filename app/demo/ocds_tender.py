"""The `tender` block as Find a Tender prints it: items with their CPV codes and places, lots, amounts."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.demo.nouns import UK, Lot, Method, Notice
from app.demo.ocds_parties import country
from app.demo.wording import cpv_labels

METHODS: dict[Method, tuple[str, str]] = {
    "open": ("open", "Open procedure"),
    "restricted": ("selective", "Competitive flexible procedure"),
    "below": ("open", "Below threshold - open competition"),
    "direct": ("direct", "Direct award"),
}


def uk_time(moment: datetime) -> str:
    """Print a moment in the United Kingdom's time, with Z in winter, as the portal does."""
    return moment.astimezone(UK).isoformat(timespec="seconds").replace("+00:00", "Z")


def own_time(moment: datetime) -> str:
    """Print a moment with its own offset."""
    return moment.isoformat(timespec="seconds")


def tender(notice: Notice, status: str) -> dict[str, Any]:
    """Return the whole `tender` block, without dates and documents."""
    method, details = METHODS[notice.method]
    body = {
        "id": f"T-{notice.key[-6:].upper()}",
        "legalBasis": _legal_basis(notice),
        "title": notice.title,
        "description": notice.description,
        "status": status,
        "items": [_item(notice, lot) for lot in notice.lots] or [_item(notice, None)],
        "mainProcurementCategory": notice.category,
        "procurementMethod": method,
        "procurementMethodDetails": details,
        "aboveThreshold": notice.method != "below",
        "lots": [_lot(notice, lot, status) for lot in notice.lots] or [_only_lot(notice, status)],
    }
    if notice.value is not None:
        body["value"] = value(notice.value, notice)
    return body


def _legal_basis(notice: Notice) -> dict[str, str]:
    if notice.buyer.country == "GB":
        uri = "https://www.legislation.gov.uk/ukpga/2023/54/contents"
        return {"id": "2023/54", "scheme": "UKPGA", "uri": uri}
    return {"id": "32014L0024", "scheme": "CELEX"}


def _item(notice: Notice, lot: Lot | None) -> dict[str, Any]:
    lot_id = lot.key if lot else "LOT-0000"
    place = {"region": notice.buyer.region, **country(notice.buyer.country)}
    return {
        "id": lot_id,
        "additionalClassifications": [
            {"scheme": "CPV", "id": code, "description": cpv_labels()[code]}
            for code in (lot.codes if lot else notice.codes)
        ],
        "deliveryAddresses": [place],
        "relatedLot": lot_id,
    }


def _lot(notice: Notice, lot: Lot, status: str) -> dict[str, Any]:
    body = _only_lot(notice, status) | {"id": lot.key, "title": lot.title, "description": lot.title}
    return body | ({"value": value(lot.value, notice)} if lot.value is not None else {})


def _only_lot(notice: Notice, status: str) -> dict[str, Any]:
    start = (notice.published_at + timedelta(days=120)).astimezone(UK).replace(hour=0, minute=0, second=0)
    end = (start + timedelta(days=730)).replace(hour=23, minute=59, second=59)
    return {
        "id": "LOT-0000",
        "description": None,
        "status": status,
        "contractPeriod": {"startDate": uk_time(start), "endDate": uk_time(end)},
        "suitability": {"sme": True},
    }


def value(amount: Decimal, notice: Notice) -> dict[str, Any]:
    """Return an amount with and without tax."""
    gross = amount * Decimal("1.2") if notice.buyer.country == "GB" else amount * Decimal("1.21")
    return {"amountGross": _number(gross), "amount": _number(amount), "currency": notice.currency}


def _number(amount: Decimal) -> int | float:
    whole = amount.quantize(Decimal(1))
    return int(whole) if whole == amount else float(amount.quantize(Decimal("0.01")))
