"""A fund month by month: from the first month in which something happens to the last, and how far behind its plan it is."""

from datetime import date
from typing import Any

from commonweal.runtime.pages.chest_months import by_month

TODAY = date(2026, 6, 20)


def month(number: int, due: int = 0, paid: int = 0, planned: int = 0, sofar: int | None = 0) -> dict[str, Any]:
    return {
        "month": f"2026-{number:02}-01", "due": due, "paid": paid, "returned": 0, "plannedSoFar": planned, "paidSoFar": sofar,
    }  # fmt: skip


YEAR = [
    month(3),
    month(4, due=30_000_00, paid=10_000_00, planned=30_000_00, sofar=10_000_00),
    month(5, planned=30_000_00, sofar=10_000_00),
    month(6, planned=30_000_00, sofar=10_000_00),
    month(7, due=5_00, planned=30_005_00, sofar=None),
    month(8, planned=30_005_00, sofar=None),
]


def test_it_begins_where_something_happens_and_ends_where_nothing_more_will() -> None:
    found = by_month(YEAR, TODAY)
    assert found is not None
    assert [line.text for line in found.numbers.lines] == ["April 2026", "May 2026", "June 2026", "July 2026"]
    assert found.numbers.lines[0].cells == ("£30,000", "£10,000", "£0", "£30,000", "£10,000")
    assert found.numbers.lines[-1].cells == ("£5", "–", "–", "£30,005", "–")
    assert found.behind == "By the end of June 2026 £30,000 falls due; £10,000 is paid, £20,000 less."


def test_large_sums_are_drawn_in_thousands_and_small_ones_in_pounds() -> None:
    found, small = by_month(YEAR, TODAY), by_month([month(6, due=90_00, paid=90_00, planned=90_00, sofar=90_00)], TODAY)
    assert found is not None
    assert small is not None
    assert [tick.text for tick in found.calendar.across] == ["0", "10", "20", "30"]
    assert (found.calendar.scale, small.calendar.scale) == ("Thousands of pounds", "Pounds")
    assert small.behind.endswith("£90 is paid: all of it.")


def test_up_to_today_no_month_is_left_out_and_where_nothing_happens_nothing_is_drawn() -> None:
    found = by_month(YEAR[:4], TODAY)
    assert found is not None
    assert found.numbers.lines[-1].text == "June 2026"
    assert by_month([month(5), month(6)], TODAY) is None
