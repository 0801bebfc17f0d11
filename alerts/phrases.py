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
    "all_of_them": "All {count}: {command}",
    "open_all": "Show all {count}",
    "unverified": "Never verified live: {sources}. They were written from what is known of their portals, and have not "
    "been tried there yet: a missing or wrong field is not the buyer's.",
    "unverified_one": "Never verified live: {sources}. It was written from what is known of its portal, and has not "
    "been tried there yet: a missing or wrong field is not the buyer's.",
    "never_live": "never verified live; `tenderwatch sources try {source}` does it",
    "live": "Live",
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
    "lots": "Lots",
    "lots_of": "{lots} (of {count})",
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
    "source_trouble": "{source} is {state}",
    "source_overdue": "{source} has not been crawled",
    "source_mended": "{source} is mended",
    "sources_trouble": "{count} sources are not well",
    "sources_mended": "{count} sources are mended",
    "sources_both": "{bad} sources are not well, {good} mended",
    "source_lead": "Notices may be missing until this is mended. You are told again every day until then.",
    "source_lead_mended": "The last crawl read everything that its portal promises. Nothing needs to be done.",
    "again": "day {day}",
    "since": "Since",
    "what_is_wrong": "What is wrong",
    "what_to_do": "What to do",
    "measure": "Measured",
    "expected": "Expected",
    "usual": "Usual",
    "seen": "Seen",
    "notices": "notices in a run",
    "filled": "{name} filled",
    "last_good": "Last good run",
    "never": "never",
    "next_due": "Next run",
    "at_once": "as soon as a crawl is free",
    "runs": "Runs since",
    "held": "Held back",
    "held_changes": "{count} known notices read otherwise now. Nobody is told that their buyers changed them: the page "
    "may have. A good run that reads them again tells it; where the portal is as it should be, this does at once: "
    "{command}",
    "held_changes_one": "1 known notice reads otherwise now. Nobody is told that its buyer changed it: the page may "
    "have. A good run that reads it again tells it; where the portal is as it should be, this does at once: {command}",
    "missing": "May be missing",
    "missing_all": "Everything that this portal publishes: no run has been good yet.",
    "missing_since": "What was published or changed since {moment}, until it is mended.",
    "missing_pages": "Only what stands on the pages named above; the rest was read. "
    "(The last run that read all: {moment}.)",
    "was": "Was",
    "was_since": "{state} from {since} to {until}",
    "caught_up": "Read now",
    "caught_up_count": "{new} new and {changed} changed notices, of {found}",
    "late_since": "What was published from {since} to {until} is read again, as far as the portal still lists it: such "
    "alerts come late. To read the period once more:",
    "late_never": "This is the first good run. Older notices are read by:",
    "saved_page": "the page is kept; to see it: tenderwatch sources page {page}",
    "open_portal": "Open the portal",
    "sent_to_operators": "Sent by Tenderwatch to its operators (`operators: true` in alerts.yml).",
    "do_refused": "The portal refuses to be read. Ask its operator, with the address and user agent that we use; never "
    "work around it.",
    "do_wall": "Open the portal in a browser. What stands in the way is not dodged: ask its operator for an API or for "
    "leave to read it, or turn the source off (`enabled: false`).",
    "do_changed": "Compare the portal with the saved page: has it changed? Then mend the source's YAML or reader, try "
    "it on the saved page, and crawl again.",
    "do_few": "Look at the portal: does it really show so few, or does the crawl no longer reach them?",
    "do_filled": "Open some of its notices on the portal: are the fields there? Then their place has changed: mend the "
    "source's YAML or reader.",
    "do_canary": "Open the known notice on the portal. Where the portal shows it otherwise now, mend `canary:` in the "
    "source's YAML; where not, the reader no longer understands it.",
    "do_partial": "Nothing at once: what could not be read is tried again in the next runs, five times. If it lasts, "
    "look at the pages named above.",
    "do_failed": "Is the portal up, and this machine's network? Unfinished pages are the first ones of the next run.",
    "do_overdue": "Is `tenderwatch work` running, or the cron job of `tenderwatch run`? Are all crawls busy?",
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
