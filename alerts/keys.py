"""Names that are given once: Message-IDs, and the keys of events that must not happen twice."""

import secrets
from datetime import datetime


def new_message_id() -> str:
    """A Message-ID without its domain, of which there is no second; it is kept with the delivery for ever."""
    return f"tw-{secrets.token_hex(12)}"


def key_of_digest(destination: str, slot: datetime) -> str:
    """Of the digest of a moment."""
    return f"digest/{destination}/{slot.isoformat()}"


def key_of_reminder(destination: str, opportunity_id: int, deadline: datetime, days: int) -> str:
    """Of a reminder so many days before a deadline; a deadline that moves is another one."""
    return f"reminder/{destination}/{opportunity_id}/{deadline.isoformat()}/{days}"


def key_of_escalation(destination: str, opportunity_id: int, rule: str, hours: int) -> str:
    """Of the step of a rule's escalation, of what this destination was told."""
    return f"escalation/{destination}/{opportunity_id}/{rule}/{hours}"
