"""Mail as a plugin of Apprise's (`tendermail://name@example.org`) that keeps the SMTP code and our own Message-ID.

Apprise's own mail plugin drops the code and appends its own Message-ID (facts/alerts.md). The server is that of the
installation's settings, so that no password stands in an address.
"""

from typing import Any

from apprise import NotifyFormat, NotifyType
from apprise.plugins import N_MGR
from apprise.plugins.base import NotifyBase

from alerts.letter import Letter
from alerts.outcome import Fate, HandOver, Outcome
from alerts.schemes import MAIL
from alerts.smtp import deliver
from domain.config import Mail


class TenderMail(NotifyBase):  # type: ignore[no-untyped-call]  # its __init_subclass__
    """One recipient. The sender calls `load` before `notify`; `outcome` tells what the mail server said."""

    # Apprise declares these as None, and every plugin of its own sets them.
    service_name = "Tenderwatch mail"  # type: ignore[assignment]
    service_url = "https://www.rfc-editor.org/rfc/rfc5321"  # type: ignore[assignment]
    setup_url = "https://www.rfc-editor.org/rfc/rfc5321"  # type: ignore[assignment]
    protocol = MAIL  # type: ignore[assignment]
    templates = ("{schema}://{user}@{host}",)  # type: ignore[assignment]
    template_tokens = {  # noqa: RUF012  Apprise reads and writes it on the class
        "user": {"name": "User", "type": "string", "required": True},
        "host": {"name": "Domain", "type": "string", "required": True},
    }
    notify_format = NotifyFormat.HTML
    body_maxlen = 8 * 1024 * 1024
    request_rate_per_sec = 0
    outcome: Outcome | None = None
    _post: tuple[Letter, Mail, HandOver] | None = None

    def load(self, letter: Letter, mail: Mail, hand_over: HandOver) -> None:
        """Sets what is to be sent, and through which server."""
        self._post = (letter, mail, hand_over)

    def send(self, body: str, title: str = "", notify_type: NotifyType = NotifyType.INFO, **_: Any) -> bool:
        """Sends the loaded letter, which holds `body` and `title` as they were rendered, with its text part."""
        assert self._post is not None, f"nothing was loaded for {title!r} ({notify_type}, {len(body)} characters)"
        self.outcome = deliver(*self._post)
        return self.outcome.fate is Fate.SENT

    def url(self, privacy: bool = False, *_: Any, **__: Any) -> str:  # noqa: ARG002  there is nothing to hide
        """The address; it holds no secret."""
        return f"{MAIL}://{self.user}@{self.host}"


def register() -> None:
    """Makes the scheme known to Apprise, once in a process."""
    if MAIL not in N_MGR:
        N_MGR.add(TenderMail)  # type: ignore[no-untyped-call]
