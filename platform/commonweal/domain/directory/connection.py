"""Connection: a person and a community service, from the offer to what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from commonweal.domain import codes, due, tenant, values
from commonweal.domain.directory import contribution
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.link import Link, check_new, last_day
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class ConnectionOffered:
    """`listing_version` and `freshness_at_offer`: what the directory said then. `hope`: what the person hopes for, in their words."""

    person_id: str
    referral_id: str
    plan_id: str | None = None
    service_id: str
    listing_version: int
    freshness_at_offer: str
    mode: str
    hope: Personal[str | None] = None
    override_reason: str | None = None
    override_note: Personal[str | None] = None
    by: str


@event
class ConnectionAcceptedByPerson:
    pass


@event
class ConnectionDeclinedByPerson:
    reason: str


@event
class ConnectionSent:
    """`consent_given_on`: of the consent it rests on. `link_id`: of the provider's link, where it goes by one."""

    channel: str
    dataset_version: str
    consent_audience: str
    consent_given_on: date
    link_id: str | None = None
    link_expires_on: date | None = None
    answer_due_on: date | None = None
    by: str


@event
class ProviderLinkReplaced:
    link_id: str
    link_expires_on: date
    by: str


@event
class ProviderLinkShown:
    link_id: str
    by: str


@event
class ProviderAccepted:
    """`link_id`: the link it was answered by; None where a colleague took the answer down."""

    places_left: int | None = None
    link_id: str | None = None


@event
class ProviderDeclined:
    reason: str
    places_left: int | None = None
    link_id: str | None = None


@event
class ProviderWaitlisted:
    est_wait_weeks: int | None = None
    places_left: int | None = None
    link_id: str | None = None


@event
class ConnectionUnanswered:
    due_on: date


@event
class ConnectionStarted:
    started_on: date


@event
class ConnectionCompleted:
    ended_on: date


@event
class ConnectionDropped:
    ended_on: date
    reason: str


@event
class AttendanceRecorded:
    session_id: str
    held_on: date
    code: str
    by: str


@event
class AttendanceCorrected:
    session_id: str
    code: str
    by: str


@command
class AcceptConnection:
    """The person says yes."""


@command
class DeclineConnection:
    """The person would rather not."""

    reason: str


@command
class ReplaceProviderLink:
    """A new link for the provider; the old one opens nothing any more."""

    link_id: str
    by: str
    on: date


@command
class ShowProviderLink:
    link_id: str
    by: str


@command
class FlagConnectionUnanswered:
    due_on: date
    on: date


@command
class StartConnection:
    started_on: date
    on: date


@command
class CompleteConnection:
    ended_on: date
    on: date


@command
class DropConnection:
    ended_on: date
    reason: str
    on: date


@command
class EndConnectionWithCase:
    """The person's case has ended: what has not begun does not begin through us, what runs is theirs."""

    ending: str
    on: date


@command
class CorrectAttendance:
    session_id: str
    code: str
    by: str


CATEGORY: Final = "connection"

Event = (
    ConnectionOffered
    | ConnectionAcceptedByPerson
    | ConnectionDeclinedByPerson
    | ConnectionSent
    | ProviderLinkReplaced
    | ProviderLinkShown
    | ProviderAccepted
    | ProviderDeclined
    | ProviderWaitlisted
    | ConnectionUnanswered
    | ConnectionStarted
    | ConnectionCompleted
    | ConnectionDropped
    | AttendanceRecorded
    | AttendanceCorrected
    | contribution.Event
)
Command = (
    AcceptConnection
    | DeclineConnection
    | ReplaceProviderLink
    | ShowProviderLink
    | FlagConnectionUnanswered
    | StartConnection
    | CompleteConnection
    | DropConnection
    | EndConnectionWithCase
    | CorrectAttendance
    | contribution.Command
)
"""`connect` offers, sends, answers and records attendance: that takes the referral, the service or the consent too."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → offered → accepted → sent → provider accepted | waiting list → started → completed;
    or declined, provider declined, dropped"""
    person_id: str | None = None
    referral_id: str | None = None
    service_id: str = ""
    mode: str = ""
    hope: str | None = None
    ending: str | None = None
    channel: str | None = None
    link: Link | None = None
    links: frozenset[str] = frozenset()
    """Every link there was."""
    answer: Event | None = None
    answer_due_on: date | None = None
    unanswered: bool = False
    sessions: Mapping[str, tuple[date, str]] = field(default_factory=dict)
    """Session → (day, attendance code)."""
    contributions: contribution.State = field(default_factory=dict)


INITIAL: Final = State()

OPEN: Final = frozenset({"offered", "accepted", "sent", "provider accepted", "waiting list", "started"})
WITH_PROVIDER: Final = frozenset({"sent", "provider accepted", "waiting list", "provider declined"})
"""The provider knows of the person, and nothing has begun."""
ATTENDED: Final = frozenset({"5", "6"})
ATTENDANCES: Final = frozenset({"5", "6", "7", "2", "3", "4"})
"""Codes of `codes.ATTENDANCES` that a session that was held may have."""


def evolve(state: State, event: Event) -> State:  # noqa: C901, PLR0911, PLR0912 – one answer an event
    if isinstance(event, contribution.Event):
        return replace(state, contributions=contribution.evolve(state.contributions, event))
    match event:
        case ConnectionOffered():
            return State(
                phase="offered",
                person_id=event.person_id,
                referral_id=event.referral_id,
                service_id=event.service_id,
                mode=event.mode,
                hope=event.hope if isinstance(event.hope, str) else None,
            )
        case ConnectionAcceptedByPerson():
            return replace(state, phase="accepted")
        case ConnectionDeclinedByPerson(reason=reason):
            return replace(state, phase="declined", ending=reason)
        case ConnectionSent(channel=channel, link_id=link, link_expires_on=expires, answer_due_on=day):
            sent = replace(
                state, phase="sent", channel=channel, link=None, answer=None, unanswered=False, answer_due_on=day
            )
            return sent if link is None or expires is None else _linked(sent, link, expires)
        case ProviderLinkReplaced(link_id=link, link_expires_on=expires):
            return _linked(state, link, expires)
        case ProviderLinkShown():
            return state if state.link is None else replace(state, link=replace(state.link, shown=True))
        case ProviderAccepted():
            return _answered(state, "provider accepted", event)
        case ProviderDeclined(reason=reason):
            return replace(_answered(state, "provider declined", event), ending=reason)
        case ProviderWaitlisted():
            return _answered(state, "waiting list", event)
        case ConnectionUnanswered():
            return replace(state, unanswered=True)
        case ConnectionStarted():
            return replace(state, phase="started")
        case ConnectionCompleted():
            return replace(state, phase="completed")
        case ConnectionDropped(reason=reason):
            return replace(state, phase="dropped", ending=reason)
        case AttendanceRecorded(session_id=session, held_on=day, code=code):
            return replace(state, sessions={**state.sessions, session: (day, code)})
        case AttendanceCorrected(session_id=session, code=code):
            day = state.sessions[session][0] if session in state.sessions else date.min
            return replace(state, sessions={**state.sessions, session: (day, code)})


def _linked(state: State, link: str, expires: date) -> State:
    return replace(state, link=Link(link, expires), links=state.links | {link})


def _answered(state: State, phase: str, answer: Event) -> State:
    return replace(state, phase=phase, answer=answer, unanswered=False)


def person(state: State) -> str | None:
    return state.person_id


def case(state: State) -> str | None:
    return state.referral_id


ANSWER: Final = "connection_answer"


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    """A provider answers within the days its listing names."""
    match event:
        case ConnectionSent(answer_due_on=day):
            return (Deadline(ANSWER, identity, "", None if day is None else due.end_of(day)),)
        case ProviderAccepted() | ProviderDeclined() | ProviderWaitlisted() | ConnectionUnanswered():
            return (Deadline(ANSWER, identity, "", None),)
        case ConnectionStarted() | ConnectionDropped() | ConnectionCompleted():
            return (Deadline(ANSWER, identity, "", None),)
        case _:
            return ()


def _unanswered(deadline: Deadline, now: datetime) -> Command:
    """`due_on` is the day that was over when the clock rang; decided against the connection's own."""
    today = due.today(now)
    return FlagConnectionUnanswered(due_on=due.today(deadline.due_at or now), on=today)


FALLS_DUE: Final[FallsDue] = {ANSWER: _unanswered}


def decide(state: State, command: Command) -> tuple[Event, ...]:  # noqa: C901, PLR0911, PLR0912 – one answer a command
    known(state)
    if isinstance(command, contribution.Command):
        return _contribute(state, command)
    match command:
        case AcceptConnection():
            if state.phase in OPEN - {"offered"}:
                return ()
            _require(state, {"offered"}, "be accepted")
            return (ConnectionAcceptedByPerson(),)
        case DeclineConnection(reason=reason):
            values.one_of(codes.CONNECTION_DECLINE_REASONS, reason, "reason")
            if (state.phase, state.ending) == ("declined", reason):
                return ()
            _require(state, {"offered", "accepted"}, "be declined: say why it ended instead")
            return (ConnectionDeclinedByPerson(reason=reason),)
        case ReplaceProviderLink(link_id=link, by=by, on=today):
            return _replace_link(state, link, by, today)
        case ShowProviderLink(link_id=link, by=by):
            if state.link is None or state.link.id != link:
                raise Refused("link_id is not the provider's link: make a new one")
            return () if state.link.shown else (ProviderLinkShown(link_id=link, by=by),)
        case FlagConnectionUnanswered(on=today):
            return _flag(state, today)
        case StartConnection(started_on=day, on=today):
            values.happened(day, today, "started_on")
            if state.phase == "started":
                return ()
            _require(state, OPEN - {"offered"}, "start")
            return (ConnectionStarted(started_on=day),)
        case CompleteConnection(ended_on=day, on=today):
            values.happened(day, today, "ended_on")
            if state.phase == "completed":
                return ()
            _require(state, {"started"}, "be complete: it has not started")
            return (ConnectionCompleted(ended_on=day),)
        case DropConnection():
            return _drop(state, command)
        case EndConnectionWithCase():
            return _end_with_case(state, command)
        case CorrectAttendance(session_id=session, code=code, by=by):
            values.one_of(ATTENDANCES, code, "code")
            if session not in state.sessions:
                raise Refused("session_id names no session of this connection")
            if state.sessions[session][1] == code:
                return ()
            return (AttendanceCorrected(session_id=session, code=code, by=by),)


def known(state: State) -> None:
    """Refuses unless the connection was offered."""
    if state.person_id is None:
        raise Refused("there is no such connection")


def _require(state: State, phases: frozenset[str] | set[str], what: str) -> None:
    if state.phase not in phases:
        raise Refused(f"this connection is {state.phase}; it cannot {what}")


def _replace_link(state: State, link: str, by: str, today: date) -> tuple[Event, ...]:
    values.identifier(link, "link_id")
    if state.link is not None and state.link.id == link:
        return ()
    if state.link is None or state.phase != "sent":
        raise Refused("a new link is made only while a provider that was sent one has not answered")
    check_new(link, state.links)
    return (ProviderLinkReplaced(link_id=link, link_expires_on=link_expires(today), by=by),)


def link_expires(today: date) -> date:
    """The last day on which a provider's link opens: two weeks, as people are away for one. Local."""
    return last_day(today, 14)


def _flag(state: State, today: date) -> tuple[Event, ...]:
    if state.phase != "sent" or state.unanswered or state.answer_due_on is None or today <= state.answer_due_on:
        return ()
    return (ConnectionUnanswered(due_on=state.answer_due_on),)


def _drop(state: State, command: DropConnection) -> tuple[Event, ...]:
    values.one_of(codes.CONNECTION_DROP_REASONS, command.reason, "reason")
    values.happened(command.ended_on, command.on, "ended_on")
    if (state.phase, state.ending) == ("dropped", command.reason):
        return ()
    _require(state, OPEN - {"offered"}, "end: it is no connection any more")
    return (ConnectionDropped(ended_on=command.ended_on, reason=command.reason),)


UNANSWERED: Final = frozenset({"offered", "accepted", "sent"})
"""Phases in which no provider has said anything yet."""
NOT_BEGUN: Final = OPEN - {"started"}


def _end_with_case(state: State, command: EndConnectionWithCase) -> tuple[Event, ...]:
    """After a case is closed a service that has answered goes on by itself; who died goes to none; else nothing begins."""
    values.one_of(codes.CASE_ENDINGS, command.ending, "ending")
    died, closed = command.ending == "died", command.ending in codes.CLOSURE_REASONS
    ends = OPEN if died else UNANSWERED if closed else NOT_BEGUN
    if state.phase not in ends:
        return ()
    return (ConnectionDropped(ended_on=command.on, reason="died" if died else "case_ended"),)


def _contribute(state: State, command: contribution.Command) -> tuple[Event, ...]:
    made = contribution.decide(state.contributions, command, state.service_id)
    if made and isinstance(command, contribution.StartContribution):
        _require(state, {"started", "completed"}, "turn into something they give: it has not started")
    return made


def answered(state: State, answer: ProviderAccepted | ProviderDeclined | ProviderWaitlisted) -> tuple[Event, ...]:
    """A provider's answer, once; the same again changes nothing. Someone on a waiting list may be taken or turned away later,
    and a colleague may take down another answer; a link answers once."""
    if state.answer == answer:
        return ()
    if answer.link_id is not None and (state.link is None or state.link.id != answer.link_id):
        raise Refused("this link was replaced by a newer one: ask the link worker for it")
    if answer.link_id is not None and state.answer is not None:
        raise Refused("this link has been used: the answer was given already")
    _require(state, WITH_PROVIDER, "be answered: the provider was sent nothing, or it has begun or ended")
    return (answer,)
