"""All publications that are imitated, those that are drafts, and those that are shown elsewhere."""

from tests.crawler.imitation import facts_details, facts_files, facts_pages, facts_windows
from tests.crawler.imitation.portal import Facts

FACTS: dict[str, Facts] = {
    **facts_windows.FACTS,
    **facts_pages.FACTS,
    **facts_files.FACTS,
    **facts_details.FACTS,
}
DRAFTS = {
    "am_armeps": "armenia",
    "bg_aop": "bulgaria",
    "hr_eojn": "croatia",
    "in_himachal_pradesh": "india_himachal_pradesh_civic_data_lab",
    "pe_perucompras_api": "peru_compras_api",
    "py_hacienda": "paraguay_hacienda",
    "rw_umucyo_bulk": "rwanda_bulk",
    "us_portland": "united_states_portland",
}
"""Sources whose listing cannot be shown, by their publications' names."""
ELSEWHERE = {"ua_prozorro": "ukraine"}
"""Shown in tests/crawler/test_prozorro.py."""
