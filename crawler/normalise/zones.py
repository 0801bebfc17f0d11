"""The time zone of a buyer: of its NUTS or ISO 3166-2 region, else of its country where that has one zone."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

# Countries with several zones of which one is the law's or nearly everybody's; the rest are told by region below.
_COUNTRIES = {
    "AR": "America/Argentina/Buenos_Aires",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "KZ": "Asia/Almaty",
    "MY": "Asia/Kuala_Lumpur",
    "NL": "Europe/Amsterdam",
    "NO": "Europe/Oslo",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
_NUTS = {
    "ES7": "Atlantic/Canary",
    "FRY1": "America/Guadeloupe",
    "FRY2": "America/Martinique",
    "FRY3": "America/Cayenne",
    "FRY4": "Indian/Reunion",
    "FRY5": "Indian/Mayotte",
    "FRA1": "America/Guadeloupe",
    "FRA2": "America/Martinique",
    "FRA3": "America/Cayenne",
    "FRA4": "Indian/Reunion",
    "FRA5": "Indian/Mayotte",
    "PT2": "Atlantic/Azores",
    "PT3": "Atlantic/Madeira",
}
# Subjects of the Russian Federation (ISO 3166-2) that do not keep Moscow's time, by their offset from it: the law
# names the offset ("МСК+4"), and one zone of the tz database that has kept it since 2016 stands for it.
_RU_OFFSETS = {
    "Europe/Kaliningrad": "KGD",
    "Europe/Samara": "AST SAM SAR UD ULY",
    "Asia/Yekaterinburg": "BA CHE KGN KHM ORE PER SVE TYU YAN",
    "Asia/Omsk": "OMS",
    "Asia/Novosibirsk": "AL ALT KEM KK KYA NVS TOM TY",
    "Asia/Irkutsk": "BU IRK",
    "Asia/Yakutsk": "AMU ZAB",
    "Asia/Vladivostok": "KHA PRI YEV",
    "Asia/Sakhalin": "SAK",
    "Asia/Magadan": "MAG",
    "Asia/Kamchatka": "CHU KAM",
}
_RU = {f"RU-{code}": zone for zone, codes in _RU_OFFSETS.items() for code in codes.split()}
# Yakutia (RU-SA) spans three zones: its buyers' zone is unknown.
_RU_SEVERAL = {"RU-SA"}


@lru_cache(maxsize=4096)
def find_zone(country: str | None, region: str | None) -> ZoneInfo | None:
    """The zone of alpha-2 `country` and its NUTS or ISO 3166-2 `region`; None where they do not settle it."""
    if region:
        if region.startswith("RU-"):
            return None if region in _RU_SEVERAL else ZoneInfo(_RU.get(region, "Europe/Moscow"))
        for length in (4, 3):
            if zone := _NUTS.get(region[:length]):
                return ZoneInfo(zone)
    if not country:
        return None
    zones = [_COUNTRIES[country]] if country in _COUNTRIES else get_global("territory_zones").get(country, [])
    return ZoneInfo(zones[0]) if len(zones) == 1 else None
