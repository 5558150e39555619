"""A moment in the past is read as it was meant: in London, whole days to their end, never later than now."""

from datetime import UTC, datetime, timedelta

import pytest

from commonweal.console.as_at import AsAt, as_at
from projections.waiting_list.lines import spans

NOW = datetime(2026, 11, 21, 14, 2, 11, tzinfo=UTC)


def asked(day: str, month: str, year: str, time: str = "") -> AsAt:
    return as_at({"day": day, "month": month, "year": year, "time": time, "need": "food"}, NOW)


def test_nothing_asked_is_now() -> None:
    assert asked("", " ", "") == AsAt()
    assert AsAt().words is None


@pytest.mark.parametrize(
    ("typed", "at", "words"),
    [
        (("3", "3", "2026"), datetime(2026, 3, 3, 23, 59, 59, 999_999, tzinfo=UTC), "3 March 2026, 23:59"),
        (("1", "7", "2026", "9.30"), datetime(2026, 7, 1, 8, 30, tzinfo=UTC), "1 July 2026, 09:30"),
        (("1", "7", "2026"), datetime(2026, 7, 1, 22, 59, 59, 999_999, tzinfo=UTC), "1 July 2026, 23:59"),
        (("21", "11", "2026", "14:02"), datetime(2026, 11, 21, 14, 2, tzinfo=UTC), "21 November 2026, 14:02"),
        (("21", "11", "2026"), NOW, "21 November 2026, 14:02"),
    ],
)
def test_a_day_is_its_end_and_a_time_is_that_of_london(typed: tuple[str, ...], at: datetime, words: str) -> None:
    found = asked(*typed)
    assert (found.at, found.words, found.mistakes) == (at, words, ())


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        (("22", "11", "2026"), ["day"]),
        (("1", "1", "9999"), ["day"]),
        (("21", "11", "2026", "14:03"), ["time"]),
        (("29", "2", "2026"), ["day"]),
        (("3", "", ""), ["day"]),
        (("", "", "", "14:30"), ["day"]),
        (("3", "3", "2026", "25:00"), ["time"]),
        (("<b>", "\x00", "¹", "'"), ["day", "time"]),
    ],
)
def test_a_moment_that_is_none_or_has_not_come_is_said_beside_its_field_and_kept(
    typed: tuple[str, ...], fields: list[str]
) -> None:
    found = asked(*typed)
    assert found.at is None
    assert [each.field for each in found.mistakes] == fields
    assert found.value("day") == typed[0].strip()
    assert all(found.mistake(field) for field in fields)


def test_the_first_day_there_is_has_an_end_too() -> None:
    found = asked("1", "1", "0001").at
    assert found is not None
    assert found.utcoffset() == timedelta()


def test_how_long_people_have_waited_is_drawn_by_weeks_and_nobody_is_left_out() -> None:
    drawn = spans([-1, 0, 6, 7, 13, 14, 27, 28, 55, 56, 90, 91, 400])
    assert [(span.count, span.share) for span in drawn] == [
        (3, 100),
        (2, 66),
        (2, 66),
        (2, 66),
        (2, 66),
        (2, 66),
    ]
    assert [span.share for span in spans([0] * 1000 + [100])] == [100, 0, 0, 0, 0, 1]
    assert spans([]) == ()
