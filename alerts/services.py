"""The address of a destination, opened: which service it is, how fast it may be written to, and one message to it.

With the mail plugin the only module that imports Apprise, which reads all addresses and reaches what is not ours.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.plugins.base import NotifyBase

from alerts.calendar import to_calendar, to_deadlines
from alerts.channels import webhook
from alerts.channels.pick import Channel, find_channel
from alerts.channels.request import fingerprint
from alerts.channels.text import to_text
from alerts.channels.webhook import Hook, read_hook
from alerts.compose import Manner, Parcel
from alerts.http import Watch, call
from alerts.letter import Letter, to_message_id
from alerts.mail_plugin import TenderMail, register
from alerts.outcome import Fate, Outcome
from alerts.phrases import ENGLISH
from alerts.plain import plain
from alerts.schemes import MAIL, MOST_BY_SCHEME, expand, scheme_of
from alerts.words import words
from domain.alerts import Destination, Pace
from domain.config import Settings
from domain.errors import BadRule
from domain.masking import keep_secret

# Of services whose limits we do not know: one message a second. Mail servers take a handful at once.
UNKNOWN_EVERY, MAIL_EVERY, MAIL_BURST = 1.0, 0.2, 25

# A part of an address that is none of its secrets: logs may name the host.
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

register()


@dataclass(frozen=True, slots=True)
class Service:
    """One target. `hook` is a webhook of ours, `channel` a chat of ours; `hidden` are its secrets."""

    scheme: str
    plugin: NotifyBase | None
    hook: Hook | None
    channel: Channel | None
    hidden: tuple[str, ...]
    url: str

    @property
    def most(self) -> int:
        """How many opportunities one message may hold."""
        if self.hook:
            return webhook.MOST
        return self.channel.most if self.channel else MOST_BY_SCHEME.get(self.scheme, 1)

    @property
    def paces(self) -> tuple[Pace, ...]:
        """Its token buckets; the first is its own."""
        if self.hook:
            return webhook.to_paces(self.hook)
        if self.channel:
            return self.channel.to_paces(self.plugin)
        if self.is_mail:
            return (Pace(f"mail {fingerprint(self.url)}", MAIL_EVERY, MAIL_BURST),)
        return (Pace(f"{self.scheme} {fingerprint(self.url)}", UNKNOWN_EVERY),)

    @property
    def is_mail(self) -> bool:
        """Mail, of which a long digest is one message too."""
        return self.scheme == MAIL

    def hide(self, text: str) -> str:
        """The text without any secret of this destination."""
        for secret in self.hidden:
            text = text.replace(secret, "***")
        return text


def open_service(place: Destination, read_secret: Callable[[str], str]) -> Service:
    """The service behind a destination; raises BadSettings for a secret that is nowhere, BadRule for a bad address."""
    url, hidden = expand(place.url, read_secret)
    keep_secret(*(each for each in hidden if not HOST.fullmatch(each)))
    scheme = scheme_of(url) or ""
    if scheme in ("json", "jsons"):
        return Service(scheme, None, read_hook(url), None, hidden, url)
    plugin = _open_plugin(url)
    return Service(scheme, plugin, None, find_channel(scheme, plugin), hidden, url)


def to_manner(service: Service, place: Destination, settings: Settings) -> Manner:
    """How this destination is written to."""
    way_out = settings.mail.unsubscribe.replace("{destination}", place.id) if settings.mail.unsubscribe else None
    return Manner(
        zone=place.zone or settings.zone,
        language=place.language,
        base_url=settings.base_url,
        most=None if service.is_mail else service.most,
        unsubscribe=way_out if service.is_mail else None,
    )


def hand_over(
    service: Service, parcel: Parcel, place: Destination, settings: Settings, watch: Watch, now: datetime
) -> Outcome:
    """Gives a message to its service, once; what became of it, in words that hold no secret."""
    if service.hook:
        body = webhook.to_body(
            parcel.content, parcel.message.subject, parcel.message.text, parcel.key, place.id, now, parcel.details
        )
        return call(webhook.to_request(service.hook, body, parcel.key, now), webhook.read, watch)
    if service.channel:
        return _tell(service, service.channel, parcel, settings, watch)
    assert service.plugin is not None
    if isinstance(service.plugin, TenderMail):
        service.plugin.load(_to_letter(parcel, place, service.plugin, settings, now), settings.mail, watch.hand_over)
    return _notify(service.plugin, parcel, service.scheme, watch)


def _tell(service: Service, channel: Channel, parcel: Parcel, settings: Settings, watch: Watch) -> Outcome:
    """To a chat; a reply, where it follows a message that this very address was sent."""
    here = f"{fingerprint(service.url)} "
    known = parcel.follows if parcel.follows and parcel.follows.startswith(here) else None
    note = replace(parcel.message.note, follows=known.removeprefix(here) if known else None)
    request = channel.to_request(service.plugin, note, parcel.key, settings.endpoints)
    outcome = call(request, channel.read, watch)
    return replace(outcome, known_as=here + outcome.known_as) if outcome.known_as else outcome


def _open_plugin(url: str) -> NotifyBase:
    """The Apprise plugin of an address; raises BadRule where it is not one, or names more than one target."""
    asset = AppriseAsset(
        app_id=ENGLISH["product"],
        app_desc=ENGLISH["product"],
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        interpret_emojis=False,
        storage_mode="memory",
        service_timeout=0,
        allow_templates=False,
    )
    plugin = Apprise.instantiate(url, asset=asset)
    if plugin is None:
        raise BadRule(f"the {scheme_of(url)} address is not complete; see the address of that service in its manual")
    if len(plugin) > 1:
        raise BadRule("its address names several targets; write one destination for each, so that each has its ledger")
    plugin.retry, plugin.optional, plugin.redirects, plugin.verify_certificate = 0, False, False, True
    return plugin


def _notify(plugin: NotifyBase, parcel: Parcel, scheme: str, watch: Watch) -> Outcome:
    """One Apprise object, one target; what Apprise drops is taken from the plugin or the watch."""
    apprise = Apprise(asset=plugin.asset)
    apprise.add(plugin)
    if isinstance(plugin, TenderMail):
        title, body, body_format = parcel.message.subject, parcel.message.html, NotifyFormat.HTML
    else:
        title, body = to_text(parcel.message.note, scheme)
        body_format = NotifyFormat.TEXT
    result = apprise.notify(body=body, title=title, body_format=body_format)
    said = plain("; ".join(entry.message for entry in result.logs()), 300)
    if isinstance(plugin, TenderMail):
        if plugin.outcome is None:
            watch.hand_over.begin()  # raises TooLate where that was the reason
            return Outcome(Fate.TEMPORARY, f"the mail was not sent: {said}")
        return plugin.outcome
    if result:
        return watch.last if watch.last and watch.last.fate is Fate.SENT else Outcome(Fate.SENT, "accepted")
    if watch.last is None:
        return Outcome(Fate.PERMANENT, f"the service was not asked: {said}")
    if watch.last.fate is Fate.SENT:
        return Outcome(Fate.PERMANENT, f"the service {watch.last.reason}, and refused: {said}")
    return watch.last


def _to_letter(parcel: Parcel, place: Destination, plugin: TenderMail, settings: Settings, now: datetime) -> Letter:
    sender, content = settings.mail.sender, parcel.content
    domain = sender.rpartition("@")[2]
    deadlines = to_deadlines(content.cards, words(content.language), domain)
    return Letter(
        sender=sender,
        recipient=f"{plugin.user}@{plugin.host}",
        message_id=to_message_id(parcel.message_id, sender),
        thread=tuple(to_message_id(key, sender) for key in parcel.thread),
        subject=parcel.message.subject,
        text=parcel.message.text,
        html=parcel.message.html,
        date=now,
        list_id=f"{place.id}.tenderwatch.{domain}",
        calendar=to_calendar(deadlines, now) if deadlines else None,
        unsubscribe=content.unsubscribe,
    )
