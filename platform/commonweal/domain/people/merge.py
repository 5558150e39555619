"""Merge: a human says that two records are about one person, or that they were not after all."""

from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import duplicate, person
from commonweal.domain.people.duplicate import ABSORBED, SURVIVOR, PersonsMerged, PersonsUnmerged
from commonweal.domain.people.person import NHSNumberReleased, NHSNumberTraced


@command
class FlagPossibleDuplicate:
    person_id: str
    other_id: str
    evidence: str
    by: str


@command
class DismissDuplicate:
    person_id: str
    other_id: str
    reason: str
    by: str


@command
class MergePersons:
    """The record this is asked of goes on; `absorbed_id` becomes part of it. Nothing is lost: it can be undone."""

    person_id: str
    absorbed_id: str
    evidence: str
    words: str | None = None
    by: str


@command
class UnmergePersons:
    person_id: str
    absorbed_id: str
    reason: str
    words: str | None = None
    by: str


PRIMARY: Final = "person"
PRIMARY_ID: Final = "person_id"
"""The field that repeats the id of the primary stream: the other record has to say with which one it was merged."""

Command = FlagPossibleDuplicate | DismissDuplicate | MergePersons | UnmergePersons
Decision = tuple[tuple[person.Event, ...], tuple[person.Event, ...]]
"""(events of the record asked, events of the other one)"""


def reads(_state: person.State, command: Command) -> tuple[tuple[str, str], ...]:
    return (("person", _other(command)),)


def _other(command: Command) -> str:
    match command:
        case FlagPossibleDuplicate(other_id=other) | DismissDuplicate(other_id=other):
            return other
        case MergePersons(absorbed_id=other) | UnmergePersons(absorbed_id=other):
            return other


def decide(states: tuple[person.State, person.State], command: Command) -> Decision:
    other = _other(command)
    values.identifier(other, "absorbed_id" if isinstance(command, MergePersons | UnmergePersons) else "other_id")
    if other == command.person_id:
        raise Refused("a record is not its own duplicate: name the other one")
    for state in states:
        if state.phase in ("unknown", "erased"):
            raise Refused("one of these records is not there, or has been erased")
    match command:
        case FlagPossibleDuplicate():
            return _flag(*states, command)
        case DismissDuplicate():
            return _dismiss(*states, command)
        case MergePersons():
            return _merge(*states, command)
        case UnmergePersons():
            return _unmerge(*states, command)


def _flag(state: person.State, other: person.State, command: FlagPossibleDuplicate) -> Decision:
    values.one_of(codes.DUPLICATE_EVIDENCE, command.evidence, "evidence")
    duplicate.not_merged(state.same)
    duplicate.not_merged(other.same)
    if command.other_id in state.same.suspects or command.person_id in other.same.suspects:
        return (), ()
    flagged = duplicate.PossibleDuplicateFlagged(
        other_id=command.other_id, evidence=command.evidence, by=command.by
    )  # fmt: skip
    return (flagged,), ()


def _dismiss(state: person.State, other: person.State, command: DismissDuplicate) -> Decision:
    """It stands in the record that was flagged, from whichever of the two it is dismissed."""
    values.one_of(codes.DISMISSAL_REASONS, command.reason, "reason")
    told = {"reason": command.reason, "by": command.by}
    here = command.other_id in state.same.suspects
    there = command.person_id in other.same.suspects
    if not here and not there:
        if command.other_id in state.same.dismissed or command.person_id in other.same.dismissed:
            return (), ()
        raise Refused("nobody has said that these two may be one person")
    return (
        (duplicate.DuplicateDismissed(other_id=command.other_id, **told),) if here else (),
        (duplicate.DuplicateDismissed(other_id=command.person_id, **told),) if there else (),
    )


def _merge(survivor: person.State, absorbed: person.State, command: MergePersons) -> Decision:
    values.one_of(codes.MERGE_EVIDENCE, command.evidence, "evidence")
    words = None if command.words is None else values.said(command.words, "words")
    if absorbed.same.merged_into == command.person_id:
        return (), ()
    duplicate.not_merged(survivor.same)
    duplicate.not_merged(absorbed.same)
    if absorbed.same.absorbed:
        raise Refused("that record has absorbed another one itself: merge the other way round")
    if absorbed.phase == "died" and survivor.phase != "died":
        raise Refused("that record says the person has died: record it here too, or find out first")
    moved = absorbed.nhs_number if isinstance(absorbed.nhs_number, str) else None
    if moved and isinstance(survivor.nhs_number, str):
        raise Refused("both records have an NHS number, and not the same: find out first which is right")

    def told(here: str) -> PersonsMerged:
        return PersonsMerged(
            here=here, survivor_id=command.person_id, absorbed_id=command.absorbed_id, evidence=command.evidence, words=words, by=command.by
        )  # fmt: skip

    if moved is None:
        return (told(SURVIVOR),), (told(ABSORBED),)
    taken = NHSNumberTraced(nhs_number=moved, nhs_number_status=absorbed.nhs_number_status)
    return (told(SURVIVOR), taken), (told(ABSORBED), NHSNumberReleased(nhs_number=moved))


def _unmerge(survivor: person.State, absorbed: person.State, command: UnmergePersons) -> Decision:
    """Each has what it had: the NHS number goes back where it came from."""
    values.one_of(codes.UNMERGE_REASONS, command.reason, "reason")
    words = None if command.words is None else values.said(command.words, "words")
    if command.absorbed_id not in survivor.same.absorbed or absorbed.same.merged_into != command.person_id:
        if command.absorbed_id in survivor.same.parted:
            return (), ()
        raise Refused("these two records were not merged")

    def told(here: str) -> PersonsUnmerged:
        return PersonsUnmerged(
            here=here, survivor_id=command.person_id, absorbed_id=command.absorbed_id, reason=command.reason, words=words, by=command.by
        )  # fmt: skip

    back = absorbed.given_up if isinstance(absorbed.given_up, str) else None
    if back is None:
        return (told(SURVIVOR),), (told(ABSORBED),)
    released = (NHSNumberReleased(nhs_number=back),) if survivor.nhs_number == back else ()
    taken = NHSNumberTraced(nhs_number=back, nhs_number_status=survivor.nhs_number_status if released else "03")
    return (told(SURVIVOR), *released), (told(ABSORBED), taken)
