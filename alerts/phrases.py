"""Every phrase of our messages, in one place, so that a language is one more table."""

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "product": "Tenderwatch",
    "new": "{count} new tenders, best first",
    "new_one": "New tender",
    "new_subject": "{count} new tenders, the best ({score})",
    "changed": "Changed",
    "deadline moved": "Deadline moved",
    "cancelled": "Cancelled",
    "change_lead": "The buyer has published a change to a tender you were told of.",
    "cancelled_lead": "The buyer has cancelled this tender: no bid is needed.",
    "baseline_subject": "{count} tenders already published match ({cause})",
    "baseline_subject_one": "1 tender already published matches ({cause})",
    "baseline_lead": "These had been published before ({cause}). To spare you a flood they come as one list, once: "
    "the best {shown} of {count}. From now on you are told of new ones and of changes.",
    "baseline_lead_all": "These had been published before ({cause}). To spare you a flood they come as one list, once. "
    "From now on you are told of new ones and of changes.",
    "test_subject": "Test message",
    "test_lead": "This is a test. Messages to this destination arrive, and nothing else needs to be done.",
    "buyer": "Buyer",
    "country": "Country",
    "deadline": "Deadline",
    "value": "Value",
    "profile": "Profile",
    "score": "Score",
    "why": "Why it matched",
    "yours": "yours: {word}",
    "what_changed": "What changed",
    "lot": "Lot",
    "open_notice": "Open the notice",
    "no_link": "The portal gives no link",
    "not_stated": "not stated",
    "nothing": "nothing",
    "no_time": "no time of day given",
    "at_portal": "{time} {offset} as published",
    "passed": "the deadline has passed",
    "minutes": "less than an hour left",
    "hours": "{count} hours left",
    "hours_one": "1 hour left",
    "days": "{count} days left",
    "days_one": "1 day left",
    "rest": "and {count} more",
    "rest_one": "and 1 more",
    "sent_by": "Sent by Tenderwatch because of the rules: {rules}.",
    "times_in": "Times are in {zone} where no other zone is printed.",
}

FIELDS: Mapping[str, str] = {
    "title": "Title",
    "description": "Description",
    "buyers": "Buyer",
    "country": "Country",
    "regions": "Region",
    "codes": "Classification",
    "value": "Value",
    "published_at": "Published",
    "deadline_at": "Deadline",
    "deadline_precision": "Precision of the deadline",
    "lots": "Lots",
    "documents": "Documents",
    "status": "Status",
    "kind": "Kind of notice",
    "url": "Link",
}


def count_phrase(key: str, count: int, **values: str) -> str:
    """The phrase `key` for this many, which has a form of its own for one."""
    return ENGLISH[f"{key}_one" if count == 1 else key].format(count=count, **values)
