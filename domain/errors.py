"""Every error that Tenderwatch raises on purpose: who raises it and who catches it."""


class TenderwatchError(Exception):
    """Base of all. The command line prints its text as it is and exits with 1 (2 for a `WrongUse`)."""


class WrongUse(TenderwatchError):
    """What a person typed or wrote in a file is wrong; the text says what, where and how to mend it."""


class BadSettings(WrongUse):
    """`domain.config` raises it: a key or value in tenderwatch.toml or the environment."""


class BadSource(WrongUse):
    """`crawler.registry` raises it: a source's YAML, with its file and line."""


class BadProfile(WrongUse):
    """`matching.profiles` raises it: a profile file, with the key or row that is wrong."""


class BadModel(WrongUse):
    """`matching.meaning.heads` raises it: a file that is no model, or one of another version."""


class BadRule(WrongUse):
    """`alerts.book` raises it: a rule or destination in an alerts file."""


class Unreadable(TenderwatchError):
    """Readers raise it: these bytes, or one element of them, are not what the format promises.

    `element` is the path of what is wrong (`releases[3].date`, `div.price-block__value`), or None for the whole.
    """

    def __init__(self, reason: str, element: str | None = None) -> None:
        super().__init__(f"{element}: {reason}" if element else reason)
        self.reason = reason
        self.element = element


class SourceChanged(Unreadable):
    """Readers and `pipelines.validate` raise it: the page is not what the source promised. The run is not `ok`."""


class SourceRefused(TenderwatchError):
    """Middlewares raise it: the portal said no (401, 403, robots.txt, a login). The run is `blocked`."""


class HostPaused(SourceRefused):
    """Middlewares raise it: the host wants to be left alone (429, 403) until a moment that the text names.

    The run is `blocked`, and its steps wait as if it had not been.
    """


class AddressRefused(TenderwatchError):
    """The guard of addresses raises it: a private, loopback or otherwise forbidden address, or a scheme not allowed."""


class SourceBusy(TenderwatchError):
    """`storage.sources` raises it: another crawl of this source holds its lease; the text says since when."""


class LeaseLost(TenderwatchError):
    """`storage.sources` raises it inside a writing transaction: another crawl has taken this source over."""


class DatabaseLost(TenderwatchError):
    """`storage.engine` raises it: the database cannot be opened, or the connection to it broke."""


class SchemaTooOld(TenderwatchError):
    """`storage.engine` raises it: the database is of another release; the text names `tenderwatch db upgrade`."""


class EpochMoved(TenderwatchError):
    """`storage.profiles` raises it: profiles changed while matching; the matcher does the batch again."""


class BrowserMissing(TenderwatchError):
    """`crawler.browser` raises it: no browser, or one that does not start; the text says what to install."""
