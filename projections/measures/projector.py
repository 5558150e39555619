"""Measures: a row for each time somebody is asked, with a row for each score it came to."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from commonweal.domain import due, tenant
from commonweal.domain.measures import instrument, measure
from commonweal.domain.measures.questionnaire import Score
from commonweal.domain.people import duplicate, person
from commonweal.domain.referrals import referral
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.people import merges, people
from projections.places import places


def _measure(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case measure.MeasureScheduled() as event:
            yield _scheduled(fact, event)
        case measure.MeasureCompleted(scores=scores) as event:
            done = {name: getattr(event, name) for name in ("completed_on", "mode", "language", "scoring_version")}
            yield _changed(fact, {"state": "COMPLETED", **done})
            yield from (Put("score", {**_key(fact, each), **_score(each)}) for each in scores)
        case measure.MeasureRescored(scores=scores, scoring_version=version):
            yield _changed(fact, {"scoring_version": version})
            yield from (Change("score", _key(fact, each)["score_id"], _score(each)) for each in scores)
        case measure.RiskItemTriggered():
            yield _changed(fact, {"risk": True})
        case event if type(event) in _STATES:
            yield _changed(fact, {"state": _STATES[type(event)], "reason": getattr(event, "reason", None)})
        case _:
            pass


_STATES: Final[Mapping[type, str]] = {
    measure.MeasureOffered: "OFFERED",
    measure.MeasureDeclined: "DECLINED",
    measure.MeasureNotAppropriate: "NOT_APPROPRIATE",
    measure.MeasureMissed: "MISSED",
    measure.MeasureLapsed: "LAPSED",
    measure.MeasureVoided: "VOIDED",
}


def _changed(fact: Fact, columns: Mapping[str, Any]) -> Change:
    return Change("measure", fact.identity, {"version": fact.version, **columns})


def _scheduled(fact: Fact, event: measure.MeasureScheduled) -> Put:
    return Put(
        "measure",
        {
            "measure_id": fact.identity,
            "version": fact.version,
            "referral_id": event.referral_id,
            "person_id": event.person_id,
            "instrument": event.instrument,
            "instrument_version": event.instrument_version,
            "point": event.point,
            "due_on": event.due_on,
            "due_at": due.start_of(event.due_on),
            "state": "DUE",
            "reason": None,
            "completed_on": None,
            "mode": None,
            "language": None,
            "scoring_version": None,
            "risk": False,
        },
    )


def _key(fact: Fact, score: Score) -> dict[str, Any]:
    return {"score_id": f"{fact.identity}|{score.scale}", "measure_id": fact.identity, "scale": score.scale}


def _score(score: Score) -> dict[str, Any]:
    return {"raw": score.raw, "value": score.value, "band": score.band}


def _instrument(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case instrument.InstrumentRegistered(version=version):
            listed = {"version": fact.version, "instrument_version": version, "state": "LISTED"}
            if fact.version == 1:
                nothing = {"licence": None, "reference": None, "expires_on": None}
                yield Put("instrument", {"instrument": fact.identity, **listed, **nothing})
            else:
                yield Change("instrument", fact.identity, listed)
        case instrument.InstrumentLicenceRecorded(state=state, reference=reference, expires_on=day):
            licence = {"licence": state, "reference": reference, "expires_on": day}
            yield Change("instrument", fact.identity, {"version": fact.version, **licence})
        case instrument.InstrumentRetired():
            yield Change("instrument", fact.identity, {"version": fact.version, "state": "RETIRED"})
        case _:
            pass


project: Final = by_module(
    {
        measure: _measure,
        instrument: _instrument,
        referral: cases,
        person: partial(people, about=("name",)),
        duplicate: merges,
        tenant: places,
    }
)
"""The rows an event makes or changes."""
