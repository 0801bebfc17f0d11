"""Which channel writes to an address: ours where the service has one, plain text through Apprise for all others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from alerts.channels import discord, matrix, slack, teams, telegram
from alerts.channels.request import Answer, Request
from alerts.note import Note
from alerts.outcome import Outcome
from domain.alerts import Pace
from domain.config import Endpoints


@dataclass(frozen=True, slots=True)
class Channel:
    """A service that we speak to ourselves. `most` is how many opportunities one message holds."""

    most: int
    to_request: Callable[[Any, Note, str, Endpoints], Request]
    to_paces: Callable[[Any], tuple[Pace, ...]]
    read: Callable[[Answer, Outcome], Outcome]


TELEGRAM = Channel(telegram.MOST, telegram.to_request, telegram.to_paces, telegram.read)
SLACK = Channel(slack.MOST, slack.to_request, slack.to_paces, slack.read)
TEAMS = Channel(teams.MOST, teams.to_request, teams.to_paces, teams.read)
DISCORD = Channel(discord.MOST, discord.to_request, discord.to_paces, discord.read)
MATRIX = Channel(matrix.MOST, matrix.to_request, matrix.to_paces, matrix.read)
ALWAYS: Mapping[str, Channel] = {
    "tgram": TELEGRAM,
    "workflow": TEAMS,
    "workflows": TEAMS,
    "discord": DISCORD,
}


def find_channel(scheme: str, plugin: Any) -> Channel | None:
    """The channel of an address that Apprise has read; None where it is left to Apprise."""
    if scheme == "slack":
        return SLACK if slack.is_native(plugin) else None
    if scheme in ("matrix", "matrixs"):
        return MATRIX if matrix.is_native(plugin) else None
    return ALWAYS.get(scheme)
