"""Portals that give a day's notices as one archive of eForms, such as Germany's oeffentlichevergabe.de."""

from crawler.protocols.archive import ArchiveSpider


class EformsSpider(ArchiveSpider):
    """Every step is an archive; a day without notices is an archive without files."""
