"""Safeguarding: each concern as it stands, to whom it was passed on, and what there is to do about it."""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from commonweal.domain import due, tenant, user
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.work import safeguarding, task
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.colleagues import colleagues
from projections.people import clear, people
from projections.places import places

ABOUT: Final = ("name", "date_of_birth")
"""What the room knows about a person."""


def _concern(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case safeguarding.SafeguardingConcernRaised() as event:
            yield Put("concern", _raised(fact, event))
        case safeguarding.SafeguardingReferralMade() as event:
            again = {"outcome": None, "outcome_detail": None, "outcome_at": None}
            yield Change("concern", fact.identity, {"version": fact.version, "state": "PASSED_ON", **again})
            yield Put(
                "passed_on",
                {
                    "passed_on_id": f"{fact.identity}|{fact.version}",
                    "concern_id": fact.identity,
                    "person_id": event.person_id,
                    "agency": event.agency,
                    "reference": clear(event.reference),
                    "made_at": event.made_at,
                    "made_by": event.made_by,
                },
            )
        case safeguarding.SafeguardingOutcomeRecorded() as event:
            outcome = {
                "outcome": event.outcome,
                "outcome_detail": clear(event.detail),
                "outcome_at": event.recorded_at,
            }
            yield Change("concern", fact.identity, {"version": fact.version, "state": "CONCLUDED", **outcome})
        case _:
            pass


def _raised(fact: Fact, event: safeguarding.SafeguardingConcernRaised) -> dict[str, Any]:
    return {
        "concern_id": fact.identity,
        "version": fact.version,
        "referral_id": event.referral_id,
        "person_id": event.person_id,
        "state": "RAISED",
        "concerning": event.concerning,
        "types": list(event.types),
        "detail": clear(event.detail),
        "immediate_danger": event.immediate_danger,
        "raised_by": event.raised_by,
        "raised_at": event.raised_at,
        "outcome": None,
        "outcome_detail": None,
        "outcome_at": None,
    }


def _task(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case task.TaskCreated(kind="safeguarding", due_on=day, source=str(source)):
            yield Put(
                "task",
                {
                    "task_id": fact.identity,
                    "version": fact.version,
                    "concern_id": source.removeprefix("safeguarding-"),
                    "due_on": day,
                    "due_at": due.end_of(day),
                    "state": "OPEN",
                },
            )
        case task.TaskCompleted():
            yield Change("task", fact.identity, {"version": fact.version, "state": "DONE"})
        case task.TaskCancelled():
            yield Change("task", fact.identity, {"version": fact.version, "state": "CANCELLED"})
        case _:
            pass


project: Final = by_module(
    {
        safeguarding: _concern,
        task: _task,
        referral: cases,
        person: partial(people, about=ABOUT),
        user: colleagues,
        tenant: places,
    }
)
"""The rows an event makes or changes."""
