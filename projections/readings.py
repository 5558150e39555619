"""Readings: how a case fares from its first valid reading to its last, in every room that tells of many cases.

The confidence interval is Student's t of the paired differences. PostgreSQL has no t: the 97.5 % point for n - 1 degrees of freedom is had
from the normal one by Cornish and Fisher's expansion (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5), which from 7
degrees on is within 0.001 of the tables.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from commonweal.domain.measures import measure
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.kernel.question import refusal
from commonweal.kernel.read_model import Change, Put, Statement
from commonweal.kernel.streams import Fact
from projections.disclosure import of_many_sql, share


def readings(fact: Fact) -> Iterable[Statement]:
    """What an event of a measure changes in the table `measure`:

        measure_id text primary key, referral_id text not null, instrument text not null, instrument_version text not null,
        state text not null, completed_on date, scores jsonb not null

    with an index on the instrument and its version.
    """
    match fact.event:
        case measure.MeasureScheduled() as event:
            asked = {name: getattr(event, name) for name in ("referral_id", "instrument", "instrument_version")}
            nothing: dict[str, Any] = {"state": "DUE", "completed_on": None, "scores": {}}
            yield Put("measure", {"measure_id": fact.identity, **asked, **nothing})
        case measure.MeasureCompleted(scores=scores, completed_on=day):
            done = {"state": "COMPLETED", "completed_on": day, "scores": dict(measure.readings(scores))}
            yield Change("measure", fact.identity, done)
        case measure.MeasureRescored(scores=scores):
            yield Change("measure", fact.identity, {"scores": dict(measure.readings(scores))})
        case event if type(event) in _STATES:
            yield Change("measure", fact.identity, {"state": _STATES[type(event)]})
        case _:
            pass


_STATES: Final[Mapping[type, str]] = {
    measure.MeasureDeclined: "DECLINED",
    measure.MeasureNotAppropriate: "NOT_APPROPRIATE",
    measure.MeasureMissed: "MISSED",
    measure.MeasureVoided: "VOIDED",
}


_VALUE: Final = 28
_TIE: Final = 20
"""Bits of a reading's `rank`, from the lowest: its value, what puts two of one day in an order, and above them the day."""
_DAY_AT: Final = _VALUE + _TIE
_VALUE_MASK: Final = (1 << _VALUE) - 1
_TIE_MASK: Final = (1 << _TIE) - 1
_MIDDLE: Final = 1 << _VALUE - 1
"""What is added to a value so that none is below zero."""
_RANK: Final = f"""((m.completed_on - date '2000-01-01')::bigint << {_DAY_AT})
            | ((hashtextextended(m.measure_id, 0) & {_TIE_MASK}) << {_VALUE}) | ((m.scores ->> %(scale)s::text)::bigint + {_MIDDLE})"""
"""SQL: the least of a case's ranks is its first reading and the greatest its last: found in one go, without putting them in order."""
# `offset 0`: a rank is worked out once, though two things are asked of it.
READINGS: Final = f"""select x.referral_id, bool_or(x.state = 'DECLINED') as declined, min(x.rank) is not null as begun,
        min(x.rank) >> {_DAY_AT} <> max(x.rank) >> {_DAY_AT} as paired,
        (max(x.rank) & {_VALUE_MASK}) - (min(x.rank) & {_VALUE_MASK}) as change
    from (select m.referral_id, m.state, case when m.state = 'COMPLETED' then {_RANK} end as rank from {{measure}} as m
        where m.instrument = %(instrument)s and m.instrument_version = %(version)s and m.state <> 'NOT_APPROPRIATE' offset 0) as x
    group by x.referral_id"""
"""SQL of a row for each case in which an instrument was due or used and not found to be inappropriate; with the parameters of `measured`."""


def measured(instrument: str, scale: str) -> dict[str, Any]:
    """The parameters of `READINGS` and `FARED`. Raises a REFUSED error where there is no such scale."""
    known = INSTRUMENTS.get(instrument)
    of = known.scale(scale) if known else None
    if known is None or of is None:
        raise refusal("instrument: there is no instrument with such a scale")
    return {
        "instrument": known.code,
        "version": known.version,
        "scale": of.code,
        "better": 1 if of.higher_is_better else -1,
        "enough": of.enough,
    }


FARED: Final = """count(*) as eligible, count(*) filter (where f.begun) as baseline, count(*) filter (where f.paired) as paired,
        count(*) filter (where f.declined) as declined,
        count(*) filter (where f.paired and f.change * %(better)s::int >= %(enough)s::int) as improved,
        sum(f.change) filter (where f.paired) as total, sum(f.change * f.change) filter (where f.paired) as squares"""
"""SQL: the counts of `READINGS` `f` in a group of cases."""

_Z: Final = 1.959964
"""The 97.5 % point of the normal distribution."""


def _t(degrees: str) -> str:
    """The 97.5 % point of Student's t, in SQL."""
    z = _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    tail = " + ".join(f"{term:.6f} / ({degrees})::float8 ^ {power}" for power, term in enumerate(terms, start=1))
    return f"({z} + {tail})"


_MARGIN: Final = f"({_t('n.paired - 1')} * n.spread / sqrt(n.paired))"


def _rounded(value: str) -> str:
    return of_many_sql(f"round(({value})::numeric, 2)::float8", "n.paired")


_COUNTED: Final = """select s.*, s.total / nullif(s.paired, 0) / 100 as mean,
        sqrt((s.paired * s.squares - s.total * s.total) / nullif(s.paired * (s.paired - 1), 0)) / 100 as spread
    from ({summed}) as s"""
"""Changes are whole hundredths of a point: sums of them and of their squares lose nothing."""


_MEAN, _LOW, _HIGH = (_rounded(each) for each in ("n.mean", f"n.mean - {_MARGIN}", f"n.mean + {_MARGIN}"))
_COMPARED: Final = f"""select {{keys}}, n.eligible, n.baseline, n.paired, n.declined, null::int as declined_percent, {_MEAN} as mean_change,
        {_LOW} as change_low, {_HIGH} as change_high, n.improved, null::int as improved_percent, 0 as suppressed from ({{counted}}) as n"""


def compared(summed: str, keys: str) -> str:
    """SQL of a row for each group, of its counts `FARED` in `summed`: those, the mean change and its interval, with no count held back
    yet. `keys`: the columns of `n` it is told apart by."""
    return _COMPARED.format(keys=keys, counted=_COUNTED.format(summed=summed))


PARTS: Final = {
    "eligible": None,
    "baseline": "eligible",
    "paired": "baseline",
    "improved": "paired",
    "declined": "eligible",
}
"""Each count with that it is a part of: see `disclosure.lines`."""
_OF_PAIRS: Final = ("mean_change", "change_low", "change_high")


def told(row: Mapping[str, Any], numbers: Mapping[str, int | None]) -> dict[str, Any]:
    """What may be told of a row, of its counts as they are shown: a mean with its interval is one thing that is held back."""
    held = [name for name, number in numbers.items() if number is None]
    return {
        **numbers,
        "declined_percent": share(numbers["declined"], numbers["eligible"]),
        "improved_percent": share(numbers["improved"], numbers["paired"]),
        **{name: row[name] if numbers["paired"] else None for name in _OF_PAIRS},
        "suppressed": len(held) + ("paired" in held),
    }
