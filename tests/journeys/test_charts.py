"""Charts draw what they were given, and nothing that may not be told."""

import csv
import re
from datetime import date

import pytest

from commonweal.console import charts, months
from commonweal.console.charts import Given
from commonweal.console.numbers import Line, Numbers
from commonweal.runtime.pages.counted import download
from commonweal.runtime.pages.equity import share
from projections.disclosure import percent, shown
from tests.journeys.console_samples import CONSOLE


def test_bars_lie_from_nought_with_their_whiskers_in_proportion() -> None:
    chart = charts.bars([Given("up", 2.0, 1.0, 3.0), Given("down", -1.0), Given("few", None)], "Points")
    up, down, few = chart.bars
    assert up.x == chart.nought
    assert up.low is not None
    assert up.high is not None
    assert up.high - chart.nought == pytest.approx(3 * (up.low - chart.nought))
    assert (up.low + up.high) / 2 == pytest.approx(up.x + up.width)
    assert down.x + down.width == pytest.approx(chart.nought)
    assert down.width == pytest.approx(up.width / 2)
    assert (down.value, few.value, few.shown, few.width) == ("\N{MINUS SIGN}1", "", False, 0)


@pytest.mark.parametrize("values", [[0.0], [None], [1e-3, 2e-3], [5.0, 5.0], [-3.0], [1e6]])
def test_any_numbers_find_their_place_within_the_picture(values: list[float | None]) -> None:
    chart = charts.bars([Given("one", value) for value in values], "Points")
    assert all(bar.x >= 0 and bar.x + bar.width <= 100 for bar in chart.bars)
    assert all(0 <= tick.at <= 100 for tick in chart.ticks)
    assert len(chart.ticks) >= 2


def test_a_line_joins_its_readings_on_the_whole_of_their_scale() -> None:
    chart = charts.line(
        [(date(2026, 3, 1), 0.0, "0"), (date(2026, 3, 11), 5.0, "5"), (date(2026, 3, 21), 10.0, "10")], 0, 10, "Score"
    )
    first, middle, last = chart.points
    assert (first.y - last.y) / 2 == pytest.approx(first.y - middle.y)
    assert (first.x + last.x) / 2 == pytest.approx(middle.x)
    assert [tick.text for tick in chart.across] == ["0", "2", "4", "6", "8", "10"]
    assert [tick.text for tick in chart.days] == ["1 Mar 2026", "21 Mar 2026"]
    assert chart.parts == ((first, middle), (middle, last))
    assert all(chart.left < point.x < 100 for point in chart.points)


def test_a_bar_shows_the_line_it_must_reach() -> None:
    (bar,) = charts.bars([Given("kept", 30.0, mark=60.0, said="30%, 60% must be")], "Percent", "%", upto=100).bars
    assert bar.mark == pytest.approx(2 * bar.width)
    assert bar.value == "30%, 60% must be"
    page = CONSOLE.from_string('{% import "charts.html" as charts %}{{ charts.bars(chart, "Kept") }}')
    told = page.render(chart=charts.bars([Given("kept", 30.0, mark=60.0)], "Percent", upto=100))
    assert 'class="cw-chart__mark" x1="60.0%" x2="60.0%"' in told


YEAR: list[months.Pair] = [
    (date(2026, 11, 1), 10.0, 5.0),
    (date(2026, 12, 1), 0.0, 20.0),
    (date(2027, 1, 1), 40.0, None),
]


def test_months_stand_beside_each_other_as_high_as_what_happened_in_them() -> None:
    chart = months.columns(YEAR, ("Due", "Paid"), "Pounds", date(2026, 12, 24))
    assert [(rect.first, rect.height) for rect in chart.rects] == [(True, 40), (False, 20), (False, 80), (True, 160)]
    due, paid, *_ = chart.rects
    assert due.x + due.width == pytest.approx(paid.x, abs=0.02)
    assert [tick.text for tick in chart.months] == ["Nov 26", "Dec 26", "Jan 27"]
    assert chart.now == chart.months[1].at


def test_what_is_not_known_yet_is_not_drawn() -> None:
    chart = months.lines(YEAR, ("Planned", "Paid"), "Pounds", date(2027, 3, 1))
    planned, paid = chart.runs
    assert [len(run.parts) for run in (planned, paid)] == [2, 1]
    assert (planned.planned, paid.planned, chart.now) == (True, False, None)
    (before, after), *_ = paid.parts
    assert after.y < before.y, "more is higher"


def test_what_was_told_later_of_an_earlier_day_stands_before_it() -> None:
    chart = charts.line([(date(2026, 3, 21), 2.0, "2"), (date(2026, 3, 1), 1.0, "1")], 0, 10, "Score")
    assert [point.text for point in chart.points] == ["1", "2"]
    assert chart.points[0].x < chart.points[1].x


def test_two_readings_of_one_day_are_drawn_all_the_same() -> None:
    chart = charts.line([(date(2026, 3, 1), 3.0, "3"), (date(2026, 3, 1), 4.0, "4")], 0, 10, "Score")
    assert [tick.text for tick in chart.days] == ["1 Mar 2026"]


def test_what_the_numbers_of_a_scale_are_is_written_on_it() -> None:
    picture = CONSOLE.from_string(
        '{% import "charts.html" as charts %}{{ charts.bars(bars, "x") }}{{ charts.line(line, "y") }}'
    )
    drawn = picture.render(
        bars=charts.bars([Given("one", 1.0)], "Points that changed"),
        line=charts.line([(date(2026, 3, 1), 0.0, "0"), (date(2026, 3, 2), 10.0, "10")], 0, 10, "Score"),
    )
    written = re.findall(r'<text class="cw-chart__scale"[^>]*>([^<]+)</text>', drawn)
    assert written == ["Points that changed", "Score", "Day"]


def test_a_stage_of_a_funnel_that_is_held_back_has_no_width() -> None:
    steps = charts.funnel([("referred", 1200), ("accepted", 900), ("completed", None), ("nobody", 0)])
    assert [(step.share, step.value) for step in steps] == [(100.0, "1,200"), (75.0, "900"), (None, "*"), (0.0, "0")]


def test_funnels_that_stand_together_have_one_scale() -> None:
    small = charts.funnel([("referred", 20), ("accepted", 10)], 200)
    assert [step.share for step in small] == [10.0, 5.0]


def test_a_chart_of_which_all_is_held_back_says_so_and_draws_no_scale() -> None:
    picture = CONSOLE.from_string(
        '{% import "charts.html" as charts %}{{ charts.bars(bars, "Appointments by month") }}'
    )
    drawn = picture.render(bars=charts.bars([Given("March", None), Given("April", None)], "Appointments"))
    assert "Appointments by month: every number is held back" in drawn
    assert "<svg" not in drawn
    for drawable in ([Given("March", None), Given("April", 0.0)], []):
        assert "<svg" in picture.render(bars=charts.bars(drawable, "Appointments"))


@pytest.mark.parametrize(
    ("value", "text"), [(2.5, "2.5"), (3.0, "3"), (-0.75, "\N{MINUS SIGN}0.75"), (-0.001, "0"), (1234.5, "1,234.5")]
)
def test_a_number_is_written_as_briefly_as_it_can_be(value: float, text: str) -> None:
    assert charts.plain(value) == text


def test_a_scale_goes_as_far_as_it_must_and_further_where_there_is_more() -> None:
    assert charts.bars([Given("Amira", 30)], "of what fits", "%", upto=100).ticks[-1].text == "100%"
    assert charts.bars([Given("Amira", 130)], "of what fits", "%", upto=100).ticks[-1].at == 100
    assert charts.bars([Given("Amira", 130)], "of what fits", "%", upto=100).bars[0].width > 60


def test_a_percentage_that_is_held_back_is_counted_among_what_is() -> None:
    lines = (Line(text="one", cells=("10", "*", "*")), Line(text="two", cells=("–", "20", "*")))
    numbers = Numbers(first="Of", headings=("Referred", "Accepted", "Accepted %"), lines=lines)
    assert numbers.held_back == 3
    file = download("equity", numbers, {"position": 7}, "People", date(2026, 3, 1))
    assert str(file.content).splitlines()[0] == "People,1 March 2026,position 7,3 numbers held back"


def test_nothing_in_a_file_is_a_formula_but_numbers_are_numbers() -> None:
    line = Line(text="=1+1", cells=("+44 1536", "-12.50", "-1,234", "@SUM(A1)", "-1+2", "Kettering", ""))
    file = Numbers(first="Fund", headings=("What",), lines=(line,)).file(("=Nene", "position 7"))
    about, _, told = csv.reader(file.splitlines())
    assert about == ["'=Nene", "position 7"]
    assert told == ["'=1+1", "'+44 1536", "-12.50", "-1,234", "'@SUM(A1)", "'-1+2", "Kettering", ""]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((10, 20, 50), "50 (36 to 67)"), ((0, 20, 0), "0"), ((20, 20, 100), "100 (82 to 100)"), ((None, 20, None), "*")],
)
def test_a_share_of_rounded_numbers_says_what_it_may_be(
    numbers: tuple[int | None, int | None, int | None], text: str
) -> None:
    assert share(*numbers) == text


def test_every_true_share_lies_in_what_is_said_of_it() -> None:
    for whole in range(8, 60):
        for part in (0, *range(8, whole + 1)):
            text = share(shown(part), shown(whole), percent(part, whole))
            ends = [int(each) for each in re.findall(r"[0-9]+", text.partition("(")[2] or text)]
            assert ends[0] <= round(100 * part / whole) <= ends[-1], (part, whole, text)
