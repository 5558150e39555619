"""What came of a fund's money, in the words in which whoever gives to it is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from commonweal.console.numbers import Line, Numbers, cell
from commonweal.console.wording import in_london, long_date, plural, sentence_case
from commonweal.domain.chest.fund_effect import Effect, pence_per_place
from commonweal.domain.chest.money import pounds

_HELD_BACK: Final = "held back, for it would tell of few"


def facts(effect: Effect) -> tuple[tuple[str, str], ...]:
    """What would be told, number by number."""
    if not effect.places:
        return (("Paid for", "No places in a service yet"),)
    return (
        ("Awarded", f"{pounds(effect.awarded_pence)} in {plural(effect.grants, 'grant', 'grants')}"),
        ("Paid for", _places(effect.places, pence_per_place(effect.awarded_pence, effect.places))),
        ("People who came", _number(effect.people)),
        ("Of those: saw it through", _number(effect.completed)),
        ("Of those: goals met", _number(effect.met)),
    )


def sentence(told: Mapping[str, Any]) -> str:
    """What was told, as a `ChestEffect` has it."""
    came = _how_many(told["people"], "came", "people ")
    if told["people"]:
        came += f"; {_how_many(told['completed'], 'saw it through')}; {_how_many(told['met'], 'had their goals met')}"
    return f"As of {_day(told)}: {came}. {_places(told['places'], told['pencePerPlace'])}."


def month_by_month(effects: Sequence[Mapping[str, Any]]) -> Numbers:
    """Everything that was told of a fund, the latest first."""
    return Numbers(
        first="As of",
        headings=("Grants", "Awarded", "Places", "For each place", "People", "Saw it through", "Goals met"),
        lines=tuple(
            Line(
                text=_day(each),
                cells=(
                    f"{each['grants']:,}",
                    pounds(each["awarded"]),
                    f"{each['places']:,}",
                    pounds(each["pencePerPlace"]),
                    *(cell(each[name]) for name in ("people", "completed", "met")),
                ),
            )
            for each in effects
        ),
    )


def _day(told: Mapping[str, Any]) -> str:
    return long_date(in_london(datetime.fromisoformat(told["asOf"])).date())


def _places(places: int, pence: int) -> str:
    return f"{plural(places, 'place', 'places')} at {pounds(pence)} each"


def _how_many(count: int | None, did: str, who: str = "") -> str:
    if count is None:
        return f"how many {who}{did} is {_HELD_BACK}"
    return f"{count:,} {who}{did}" if count else f"nobody {did} yet"


def _number(count: int | None) -> str:
    return sentence_case(_HELD_BACK) if count is None else f"{count:,}"
