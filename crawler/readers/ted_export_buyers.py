"""Who buys, in TED_EXPORT: never who won, reviews, informs or receives, whose names are OFFICIALNAME as well."""

from collections.abc import Iterator

from crawler.readers.ted_export_forms import Form
from crawler.readers.xml import Element, attribute_at, children, descendants, find, find_all, text_at, text_of
from domain.notices import RawBuyer

_OWN = ("ADDRESS_CONTRACTING_BODY", "ADDRESS_CONTRACTING_BODY_ADDITIONAL")
# R2.0.8: the buyer, and others that it buys for (the schema's own spelling, and the right one).
_PROFILE = "CA_CE_CONCESSIONAIRE_PROFILE"
_OTHERS = ("CONTACT_DATA_OTHER_BEHALF_CONTRACTING_AUTORITHY", "CONTACT_DATA_OTHER_BEHALF_CONTRACTING_AUTHORITY")


def read_buyers(root: Element, form: Form) -> tuple[RawBuyer, ...]:
    """The contracting body and the joint buyers of the form; else the name that the translation section has."""
    found = tuple(dict.fromkeys(filter(None, map(_read_buyer, _addresses(form)))))
    if found:
        return found
    names = find_all(root, "TRANSLATION_SECTION/ML_AA_NAMES/AA_NAME")
    own = [name for name in names if (name.get("LG") or "").lower() == form.language] or names[:1]
    return tuple(RawBuyer(name) for name in filter(None, map(text_of, own[:1])))


def _addresses(form: Form) -> Iterator[Element]:
    for section in children(form.body, "CONTRACTING_BODY"):
        yield from children(section, *_OWN)
    for section in form.body.iterchildren():
        # In R2.0.8 the authority's section has a name of its own in each form, but comes first of the FD_ element's.
        profile = next(descendants(section, _PROFILE), None)
        if profile is not None:
            yield profile
            yield from descendants(section, *_OTHERS)
            return


def _read_buyer(address: Element) -> RawBuyer | None:
    holder = find(address, "ORGANISATION")
    name = text_at(holder, "OFFICIALNAME") or text_at(address, "OFFICIALNAME")
    if not name and holder is not None and len(holder) == 0:
        name = text_of(holder)
    if not name:
        return None
    return RawBuyer(
        name=name,
        id=text_at(address, "NATIONALID") or text_at(holder, "NATIONALID"),
        country=attribute_at(address, "COUNTRY", "VALUE"),
        region=attribute_at(address, "NUTS", "CODE"),
        url=text_at(address, "URL_GENERAL") or text_at(address, "URL") or _internet_address(address),
        email=text_at(address, "E_MAIL") or text_at(address, "E_MAILS/E_MAIL"),
        phone=text_at(address, "PHONE"),
    )


def _internet_address(profile: Element) -> str | None:
    """R2.0.8 keeps the buyer's web address beside its postal one."""
    for beside in profile.itersiblings():
        if address := text_at(beside, "URL_GENERAL"):
            return address
    return None
