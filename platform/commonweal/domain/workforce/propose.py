"""Proposing: whoever looks after the waiting list asks the link worker who fits, and the record says why they did."""

from dataclasses import asdict
from datetime import date
from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import allocation_rule, link_worker
from commonweal.domain.workforce.allocation_rule import Candidate, Person
from commonweal.domain.workforce.proposal import AllocationProposed


@command
class ProposeAllocation:
    """The link worker finds it on top of their caseload and says yes or no. Whoever was asked before need not answer."""

    referral_id: str
    worker_id: str
    on: date | None = None


PRIMARY: Final = "referral"
PRIMARY_ID: Final = "referral_id"

Command = ProposeAllocation


def reads(state: referral.State, command: Command) -> tuple[tuple[str, str], ...]:
    found = [("link_worker", command.worker_id), (allocation_rule.CATEGORY, allocation_rule.THE_RULE)]
    if state.person_id is not None:
        found.append((person.CATEGORY, state.person_id))
    return tuple(found)


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[Any, ...], ...]:
    """Shapes: `states` is (referral, link worker, rule, person where the referral is known). Writes to the referral only."""
    state: referral.State = states[0]
    worker: link_worker.State = states[1]
    rule: allocation_rule.State = states[2]
    referral.known(state)
    values.identifier(command.worker_id, "worker_id")
    nothing = ((), *(() for _ in states[1:]))
    if command.worker_id in (state.worker_id, state.proposal.worker_id):
        return nothing
    if state.phase != "waiting":
        raise Refused(f"this referral is {state.phase}; nobody can be proposed for it")
    link_worker.take(worker, command.referral_id, state.weight, on=command.on)
    someone: person.State = states[3]
    points = allocation_rule.score(rule, waits(state, someone), candidate(command.worker_id, worker))
    proposed = AllocationProposed(worker_id=command.worker_id, rule_version=rule.version, **asdict(points))
    return (proposed,), *nothing[1:]


def waits(state: referral.State, someone: person.State) -> Person:
    """What the rule looks at in the one who waits."""
    return Person(
        practice=state.practice,
        language=someone.language,
        gender_preference=someone.worker_gender_preference,
        knows=state.last_worker_id,
        weight=state.weight,
    )


def candidate(worker_id: str, worker: link_worker.State) -> Candidate:
    """What the rule looks at in a link worker."""
    engaged = worker.engaged
    return Candidate(
        worker_id=worker_id,
        name=worker.name,
        practices=frozenset(worker.terms.practices),
        languages=worker.languages,
        gender=engaged.stated_gender if engaged else None,
        held=worker.caseload.weight,
        room=link_worker.room(worker),
        away=worker.absence is not None,
    )
