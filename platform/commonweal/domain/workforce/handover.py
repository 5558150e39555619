"""Handover: a link worker's people go to a colleague, with what the colleague has to know of each."""

from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.caseload import CaseloadTransferred, CaseTaken


@command
class HandOverCaseload:
    """All of these cases or none. `worker_id` takes them; `notes`, where given, one for each case, in the same order."""

    worker_id: str
    referral_ids: tuple[str, ...]
    reason: str
    notes: tuple[str, ...] = ()


MOST: Final = 100
"""Cases handed over at once."""

PRIMARY: Final = "link_worker"

Command = HandOverCaseload


def reads(_state: link_worker.State, command: Command) -> tuple[tuple[str, str], ...]:
    """The one who takes them, then each case."""
    cases = dict.fromkeys(command.referral_ids)
    return (("link_worker", command.worker_id), *(("referral", case) for case in cases))


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[Any, ...], ...]:
    """Shapes: `states` is (who gives, who takes, *each case)."""
    giver: link_worker.State = states[0]
    taker: link_worker.State = states[1]
    link_worker.check_active(giver)
    notes = _check(command)
    cases = dict(zip(notes, states[2:], strict=True))
    moving = {case: state for case, state in cases.items() if state.worker_id != command.worker_id}
    if not moving:
        return tuple(() for _ in states)
    link_worker.check_held(giver, moving)
    taken = _take(taker, moving)
    transferred = CaseloadTransferred(worker_id=command.worker_id, referral_ids=tuple(moving), reason=command.reason)
    released = tuple(fact for case in moving for fact in link_worker.release(giver, case))
    facts = tuple(_moved(command, state, notes[case]) if case in moving else () for case, state in cases.items())
    return (transferred, *released), taken, *facts


def _check(command: Command) -> dict[str, str | None]:
    """What is said of each case."""
    values.identifier(command.worker_id, "worker_id")
    values.one_of(codes.HANDOVER_REASONS, command.reason, "reason")
    if not 1 <= len(command.referral_ids) <= MOST:
        raise Refused(f"referral_ids: choose 1 to {MOST} cases")
    for case in command.referral_ids:
        values.identifier(case, "referral_ids")
    if len(set(command.referral_ids)) != len(command.referral_ids):
        raise Refused("referral_ids: name each case once")
    notes = command.notes or ("",) * len(command.referral_ids)
    if len(notes) != len(command.referral_ids):
        raise Refused("notes: give one for each case, an empty one where there is nothing to say")
    return {case: note.strip() or None for case, note in zip(command.referral_ids, notes, strict=True)}


def _take(taker: link_worker.State, moving: dict[str, referral.State]) -> tuple[CaseTaken, ...]:
    """All of them fit, or none is taken. How much is free is not said: what else they carry is not everyone's to know."""
    weight = sum(state.weight for state in moving.values())
    if taker.phase == "active" and not taker.absence and not link_worker.room_for(taker, weight):
        raise Refused(f"{taker.name} has no room for these: together they weigh {weight}")
    return tuple(
        fact
        for case, state in moving.items()
        for fact in link_worker.take(taker, case, state.weight, from_worker_id=state.worker_id)
    )


def _moved(command: Command, state: referral.State, note: str | None) -> tuple[referral.ReferralReallocated]:
    moved = referral.ReferralReallocated(
        worker_id=command.worker_id,
        from_worker_id=state.worker_id or "",
        weight=state.weight,
        reason=command.reason,
        handover=note,
    )
    return (moved,)
