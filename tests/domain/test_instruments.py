"""What answers come to, against the tables their authors published."""

import pytest

from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.measures.instruments.external import MYCAW, PAM
from commonweal.domain.measures.instruments.loneliness import ONS_LONELINESS, UCLA3
from commonweal.domain.measures.instruments.mood import GAD7, PHQ9
from commonweal.domain.measures.instruments.ons4 import ONS4
from commonweal.domain.measures.instruments.swemwbs import SWEMWBS
from commonweal.domain.measures.questionnaire import Instrument, Score, external_score, points, score
from commonweal.domain.message import Refused

STEWART_BROWN_2009 = """7→7.00 8→9.51 9→11.25 10→12.40 11→13.33 12→14.08 13→14.75 14→15.32 15→15.84 16→16.36 17→16.88 18→17.43 19→17.98 20→18.59
21→19.25 22→19.98 23→20.73 24→21.54 25→22.35 26→23.21 27→24.11 28→25.03 29→26.02 30→27.03 31→28.13 32→29.31 33→30.70 34→32.55 35→35.00"""
TABLE = [tuple(each.split("→")) for each in STEWART_BROWN_2009.split()]


def answered(raw: int, *, items: int, least: int, most: int) -> tuple[int, ...]:
    """Answers that add up to `raw`, from one end to the other."""
    answers = [least] * items
    for number in range(items):
        answers[number] += min(most - least, raw - sum(answers))
    return tuple(answers)


@pytest.mark.parametrize(("raw", "metric"), TABLE)
def test_swemwbs_is_converted_by_the_published_table(raw: str, metric: str) -> None:
    (found,) = score(SWEMWBS, answered(int(raw), items=7, least=1, most=5))
    assert (found.raw, f"{found.value / 100:.2f}") == (int(raw), metric)


def test_every_raw_sum_of_swemwbs_stands_in_the_table_and_more_is_never_less() -> None:
    values = [score(SWEMWBS, answered(raw, items=7, least=1, most=5))[0].value for raw in range(7, 36)]
    assert len(TABLE) == 29
    assert values == sorted(set(values))


@pytest.mark.parametrize(
    ("instrument", "raw", "band"),
    [
        *((PHQ9, raw, "minimal") for raw in (0, 4)),
        *((PHQ9, raw, "mild") for raw in (5, 9)),
        *((PHQ9, raw, "moderate") for raw in (10, 14)),
        *((PHQ9, raw, "moderately_severe") for raw in (15, 19)),
        *((PHQ9, raw, "severe") for raw in (20, 27)),
        *((GAD7, raw, "minimal") for raw in (0, 4)),
        *((GAD7, raw, "mild") for raw in (5, 9)),
        *((GAD7, raw, "moderate") for raw in (10, 14)),
        *((GAD7, raw, "severe") for raw in (15, 21)),
    ],
)
def test_phq9_and_gad7_are_summed_and_fall_into_the_published_bands(
    instrument: Instrument, raw: int, band: str
) -> None:
    (found,) = score(instrument, answered(raw, items=len(instrument.items), least=0, most=3))
    assert (found.raw, found.value, found.band) == (raw, raw * 100, band)


@pytest.mark.parametrize(("raw", "band"), [(3, "not_lonely"), (5, "not_lonely"), (6, "lonely"), (9, "lonely")])
def test_ucla3_is_the_sum_of_three_from_3_to_9(raw: int, band: str) -> None:
    assert score(UCLA3, answered(raw, items=3, least=1, most=3)) == (Score("loneliness", raw, raw * 100, band),)


@pytest.mark.parametrize(("raw", "band"), [(7, "low"), (21, "low"), (22, "average"), (30, "average"), (31, "high")])
def test_low_and_high_wellbeing_are_those_of_ng_fat_2017(raw: int, band: str) -> None:
    (found,) = score(SWEMWBS, answered(raw, items=7, least=1, most=5))
    assert found.band == band
    assert (found.value <= 1950, found.value >= 2750) == (band == "low", band == "high")


def test_ons4_is_four_numbers_never_summed_each_with_the_bands_of_the_ons() -> None:
    bands = ["low"] * 5 + ["medium"] * 2 + ["high"] * 2 + ["very_high"] * 2
    anxious = ["very_low"] * 2 + ["low"] * 2 + ["medium"] * 2 + ["high"] * 5
    for rating in range(11):
        found = score(ONS4, (rating, rating, rating, rating))
        assert [each.scale for each in found] == ["satisfied", "worthwhile", "happy", "anxious"]
        assert [each.value for each in found] == [rating * 100] * 4
        assert [each.band for each in found] == [bands[rating]] * 3 + [anxious[rating]]


def test_the_direct_question_on_loneliness_goes_from_often_to_never() -> None:
    assert [score(ONS_LONELINESS, (value,))[0].band for value in range(1, 6)] == [
        "often",
        "some",
        "occasionally",
        "hardly_ever",
        "never",
    ]


@pytest.mark.parametrize("answers", [(), (1,) * 6, (1,) * 8, (0,) + (1,) * 6, (6,) + (1,) * 6])
def test_a_questionnaire_with_an_answer_missing_or_out_of_range_is_not_scored(answers: tuple[int, ...]) -> None:
    with pytest.raises(Refused, match="answers"):
        score(SWEMWBS, answers)


def test_only_item_nine_of_phq9_asks_for_somebody_the_same_day() -> None:
    risky = [(each.code, item.code) for each in INSTRUMENTS.values() for item in each.items if item.risk(3)]
    assert risky == [("phq9", "better_off_dead")]
    assert PHQ9.items[8].code == "better_off_dead"
    assert [PHQ9.items[8].risk(value) for value in range(4)] == [False, True, True, True]


@pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=lambda each: each.code)
def test_every_scale_says_its_range_its_change_and_bands_that_cover_it(instrument: Instrument) -> None:
    for scale in instrument.scales:
        assert scale.least < scale.most
        assert 0 < scale.enough <= scale.most - scale.least
        assert [each.least for each in scale.bands] == sorted({each.least for each in scale.bands})
        assert not scale.bands or scale.band(scale.least) is not None
    assert instrument.external == (not instrument.totals)
    assert instrument.licence == "licensed" if instrument.external else len(instrument.totals) == len(instrument.scales)
    for end in (min, max):
        if instrument.items:
            for found in score(instrument, [end(value for value, _ in item.answers) for item in instrument.items]):
                reached = instrument.scale(found.scale)
                assert reached is not None
                assert reached.least <= found.value <= reached.most


def test_of_a_licensed_instrument_we_hold_a_score_and_no_words() -> None:
    assert external_score(PAM, 5_530) == (Score("score", None, 5_530, None),)
    assert not PAM.items
    with pytest.raises(Refused, match="score must be 0 to 6"):
        external_score(MYCAW, 700)


@pytest.mark.parametrize(("value", "text"), [(2154, "21.54"), (1200, "12"), (-287, "-2.87"), (5, "0.05"), (0, "0")])
def test_hundredths_are_read_as_points(value: int, text: str) -> None:
    assert points(value) == text
