"""What funders are told came of their money: in a sentence, with what is held back called so."""

from dataclasses import replace
from typing import Any

import pytest

from commonweal.runtime.pages.chest_told import facts, month_by_month, sentence
from tests.domain.test_fund_effect import EFFECT


def told(**known: Any) -> dict[str, Any]:
    return {
        "asOf": "2026-10-24T23:30:00+00:00", "grants": 2, "awarded": 1_450_000, "places": 29, "pencePerPlace": 500_00,
        "people": 40, "completed": 30, "met": 25, **known,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({}, "40 people came; 30 saw it through; 25 had their goals met. 29 places at £500 each."),
        (
            {"completed": None, "met": 0, "places": 1},
            "40 people came; how many saw it through is held back, for it would tell of few; nobody had their goals met yet. 1 place at £500 each.",
        ),
        (
            {"people": None, "completed": None, "met": None, "places": 1},
            "how many people came is held back, for it would tell of few. 1 place at £500 each.",
        ),
        ({"people": 0, "completed": 0, "met": 0}, "nobody came yet. 29 places at £500 each."),
    ],
)
def test_it_is_said_in_a_sentence_as_of_the_day_in_london(known: dict[str, Any], words: str) -> None:
    assert sentence(told(**known)) == f"As of 25 October 2026: {words}"


def test_month_by_month_what_is_held_back_stands_as_a_star() -> None:
    table = month_by_month([told(), told(people=None)])
    assert [line.cells[4:] for line in table.lines] == [("40", "30", "25"), ("*", "30", "25")]
    assert table.lines[0].cells[:4] == ("2", "£14,500", "29", "£500")


def test_before_it_is_told_each_number_is_shown() -> None:
    assert dict(facts(EFFECT)) == {
        "Awarded": "£14,500 in 2 grants",
        "Paid for": "29 places at £500 each",
        "People who came": "40",
        "Of those: saw it through": "30",
        "Of those: goals met": "Held back, for it would tell of few",
    }
    assert facts(replace(EFFECT, places=0)) == (("Paid for", "No places in a service yet"),)
