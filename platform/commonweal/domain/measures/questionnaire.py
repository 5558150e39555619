"""Questionnaire: what a person is asked, what they may answer, and what their answers come to.

Every number a scale comes to is kept in hundredths of a point, so that a metric score such as 21.54 is a whole number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from commonweal.domain.message import Refused

POINT: Final = 100
"""Hundredths in one point of a scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question. `answers` are what may be answered, each with its value; `risk_from`: an answer of so much or more asks for someone to
    see to the person's safety the same day."""

    code: str
    text: str
    answers: tuple[tuple[int, str], ...]
    risk_from: int | None = None

    def risk(self, answer: int) -> bool:
        return self.risk_from is not None and answer >= self.risk_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of a scale from so many hundredths up to the next band, in words."""

    least: int
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A number the answers come to. `least`, `most` and `enough` are hundredths. `enough`: how much better counts as improved; where nobody
    has published that, the smallest step there is, and `published` is false."""

    code: str
    text: str
    least: int
    most: int
    higher_is_better: bool
    bands: tuple[Band, ...] = ()
    enough: int = 1
    published: bool = False

    def band(self, value: int) -> Band | None:
        return next((each for each in reversed(self.bands) if value >= each.least), None)


@dataclass(frozen=True, slots=True)
class Score:
    """What one scale came to: the raw sum where there is one, the value in hundredths of a point, and the band it lies in."""

    scale: str
    raw: int | None
    value: int
    band: str | None


Total = Callable[[Sequence[int]], tuple[int | None, int]]
"""Answers in the order of the items → (raw sum, value in hundredths)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A questionnaire in one version. `licence`: open (anyone may use it), registered (tell its owners first) or licensed (theirs to allow).

    An `external` one is filled in elsewhere, in its owner's own tool: we hold the score alone, never its words. `scoring` names the way of
    scoring; it changes when a table is corrected, and what was scored before can then be scored anew."""

    code: str
    version: str
    name: str
    about: str
    intro: str = ""
    licence: str
    notice: str = ""
    items: tuple[Item, ...] = ()
    scales: tuple[Scale, ...]
    totals: tuple[Total, ...] = ()
    scoring: str = "1"

    @property
    def external(self) -> bool:
        return not self.items

    def scale(self, code: str) -> Scale | None:
        return next((each for each in self.scales if each.code == code), None)


def points(value: int) -> str:
    """Hundredths as a person reads them: `2154` → `21.54`, `1200` → `12`."""
    whole, rest = divmod(abs(value), POINT)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}" if rest == 0 else f"{sign}{whole}.{rest:02}"


def score(instrument: Instrument, answers: Sequence[int]) -> tuple[Score, ...]:
    """What answers come to, one score a scale. Refuses where one is missing or is none of those that can be given."""
    if len(answers) != len(instrument.items):
        raise Refused(f"answers must be {len(instrument.items)}, one for each question: none may be left out")
    for number, (item, answer) in enumerate(zip(instrument.items, answers, strict=True), start=1):
        if answer not in {value for value, _ in item.answers}:
            raise Refused(f"answers: number {number} is none of those that can be given")
    made = []
    for scale, total in zip(instrument.scales, instrument.totals, strict=True):
        raw, value = total(answers)
        made.append(_scored(scale, raw, value))
    return tuple(made)


def external_score(instrument: Instrument, value: int) -> tuple[Score, ...]:
    """A score told by the instrument's owner's own tool, in hundredths."""
    (scale,) = instrument.scales
    if not scale.least <= value <= scale.most:
        raise Refused(f"score must be {points(scale.least)} to {points(scale.most)}")
    return (_scored(scale, None, value),)


def _scored(scale: Scale, raw: int | None, value: int) -> Score:
    band = scale.band(value)
    return Score(scale.code, raw, value, band.code if band else None)


def total(answers: Sequence[int]) -> tuple[int | None, int]:
    """The plain sum."""
    raw = sum(answers)
    return raw, raw * POINT


def one(number: int) -> Total:
    """The answer to one item alone, which is never summed with others."""
    return lambda answers: (answers[number], answers[number] * POINT)
