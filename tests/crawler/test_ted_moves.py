"""What F14's section VII moves, read and normalised; and what only says that something changes moves nothing."""

from domain.corrections import correct
from domain.notices import Correction, Kind, Move, Notice, Precision, Status
from tests.crawler.ted_making import read
from tests.crawler.test_ted_export import a_form

CALL = "<NOTICE_NUMBER_OJ>2021/S 001-000077</NOTICE_NUMBER_OJ>"


def a_change(section: str, old: str, new: str, lot: str = "") -> str:
    number = f"<LOT_NO>{lot}</LOT_NO>" if lot else ""
    return (
        f"<CHANGE><WHERE><SECTION>{section}</SECTION>{number}</WHERE>"
        f"<OLD_VALUE>{old}</OLD_VALUE><NEW_VALUE>{new}</NEW_VALUE></CHANGE>"
    )


def read_moves(*changes: str) -> Notice:
    body = f"<COMPLEMENTARY_INFO>{CALL}</COMPLEMENTARY_INFO><CHANGES>{''.join(changes)}</CHANGES>"
    return read(a_form(body, code="1", form="F14"))


def text(words: str) -> str:
    return f"<TEXT><P>{words}</P></TEXT>"


def limit(date: str, time: str) -> str:
    return f"<DATE>{date}</DATE><TIME>{time}</TIME>"


def test_each_kind_of_value_as_it_is_told() -> None:
    notice = read_moves(
        a_change("IV.2.2)", limit("2021-02-01", "12:00"), limit("2021-02-15", "10:00"), "Lot 2"),
        a_change("II.1.4", text("zwölf Pumpen"), text("fünfzehn Pumpen")),
        a_change("II.1.2", _cpv("42122000"), _cpv("42122130")),
        a_change("III.1.1", text("an Eides statt"), text("beglaubigt")),
    )
    found = notice.correction
    assert found is not None
    assert (notice.changes, found.target, found.replaces) == ("77-2021", "77-2021", None)
    assert [(move.field, move.old, move.new, move.lots) for move in found.moves] == [
        ("deadline_at", None, "2021-02-15T10:00:00+01:00", ("Lot 2",)),
        ("description", "zwölf Pumpen", "fünfzehn Pumpen", ()),
        ("codes", "42122000", "42122130", ()),
    ]
    assert found.moves[0].precision is Precision.MINUTE


def test_a_corrigendum_that_adds_only_information_moves_nothing() -> None:
    notice = read_moves("<INFO_ADD><P>The plans were added.</P></INFO_ADD>")
    assert notice.correction == Correction("77-2021")


def test_a_parts_text_without_its_number_is_not_guessed() -> None:
    found = read_moves(a_change("II.2.4", text("alt"), text("neu"))).correction
    assert found is not None
    assert found.moves == ()


def test_an_award_that_gave_up_everything_ends_the_call() -> None:
    given_up = "<AWARD_CONTRACT><NO_AWARDED_CONTRACT><PROCUREMENT_DISCONTINUED/></NO_AWARDED_CONTRACT></AWARD_CONTRACT>"
    award = read(a_form(f"<PROCEDURE>{CALL}</PROCEDURE>{given_up}", code="7", form="F03"))
    assert award.correction == Correction("77-2021", moves=(Move("status", "cancelled"),))
    call = read(a_form("<OBJECT_CONTRACT/>"))
    assert call.correction is None
    assert correct(call, Kind.TENDER, award, award.correction).status is Status.CANCELLED


def _cpv(code: str) -> str:
    return f'<CPV_MAIN><CPV_CODE CODE="{code}"/></CPV_MAIN>'
