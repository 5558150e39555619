"""Record access: who opened a person's record, as which of their roles, and who had to break the glass for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class PersonRecordOpened:
    """`what`: the part of the record that was opened; written once in an hour for each part and each who looks, and anew once they
    broke the glass: what somebody opened then is what they are asked about."""

    role: str
    what: str
    opened_at: datetime
    by: str


@event
class BreakGlassAccessUsed:
    """A record outside one's own cases was opened, until then, for that reason."""

    access_id: str
    role: str
    reason: str
    words: Personal[str]
    fields: tuple[str, ...]
    opened_at: datetime
    until: datetime
    by: str


@event
class AccessReviewed:
    access_id: str
    verdict: str
    words: Personal[str | None] = None
    reviewed_at: datetime
    by: str


@command
class OpenRecord:
    what: str
    by: str
    by_role: str
    at: datetime


@command
class ReviewAccess:
    access_id: str
    verdict: str
    words: str | None = None
    by: str
    at: datetime


CATEGORY: Final = "record_access"
SUBJECT_IS_STREAM: Final = True
"""One stream a person; its id is the person's."""
CREATES: Final = (OpenRecord,)

Event = PersonRecordOpened | BreakGlassAccessUsed | AccessReviewed
Command = OpenRecord | ReviewAccess
"""`break_glass` opens a record to someone who otherwise does not see it."""


@dataclass(frozen=True, slots=True)
class State:
    opened: Mapping[tuple[str, str], datetime]
    """When each part was last opened, by (user, part); nothing of before they last broke the glass."""
    broken: Mapping[str, str]
    """Who broke the glass, by the access's id."""
    verdicts: Mapping[str, str]


INITIAL: Final = State(opened={}, broken={}, verdicts={})


def evolve(state: State, event: Event) -> State:
    match event:
        case PersonRecordOpened(by=by, what=what, opened_at=when):
            return State({**state.opened, (by, what): when}, state.broken, state.verdicts)
        case BreakGlassAccessUsed(access_id=identity, by=by):
            others = {key: when for key, when in state.opened.items() if key[0] != by}
            return State(others, {**state.broken, identity: by}, state.verdicts)
        case AccessReviewed(access_id=identity, verdict=verdict):
            return State(state.opened, state.broken, {**state.verdicts, identity: verdict})


def decide(state: State, command: Command) -> tuple[Event, ...]:
    match command:
        case OpenRecord(what=what, by=by, by_role=role, at=when):
            values.identifier(what, "what")
            last = state.opened.get((by, what))
            if last is not None and hour(values.moment(when, "at")) <= hour(last):
                return ()
            return (PersonRecordOpened(role=role, what=what, opened_at=when, by=by),)
        case ReviewAccess():
            return _review(state, command)


def hour(when: datetime) -> datetime:
    """The hour in which someone who looks again is not written down again."""
    return when.replace(minute=0, second=0, microsecond=0)


def _review(state: State, command: ReviewAccess) -> tuple[Event, ...]:
    values.identifier(command.access_id, "access_id")
    values.one_of(codes.ACCESS_VERDICTS, command.verdict, "verdict")
    if (who := state.broken.get(command.access_id)) is None:
        raise Refused("nobody opened this record in that way")
    if who == command.by:
        raise Refused("this was you: somebody else reviews it")
    if state.verdicts.get(command.access_id) == command.verdict:
        return ()
    words = None if command.words is None else values.said(command.words, "words")
    return (
        AccessReviewed(
            access_id=command.access_id, verdict=command.verdict, words=words, reviewed_at=command.at, by=command.by
        ),
    )
