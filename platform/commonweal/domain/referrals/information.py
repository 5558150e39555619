"""Information: a referral lacks something; we ask who sent it, and do not wait for ever."""

from datetime import date, datetime, timedelta
from typing import Final

from commonweal.domain import codes, due, values
from commonweal.domain.message import Refused, command
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.referral import InformationProvided, InformationRequested, InformationRequestLapsed


@command
class RequestInformation:
    """Ask the referrer. Triage stands still until they answer, or until `due_on` is over: five working days, if not said."""

    missing: tuple[str, ...]
    question: str
    due_on: date | None = None
    at: datetime


@command
class ProvideInformation:
    answer: str
    at: datetime


@command
class LapseInformationRequest:
    due_at: datetime
    at: datetime


PRIMARY: Final = "referral"
Command = RequestInformation | ProvideInformation | LapseInformationRequest
Decision = tuple[tuple[referral.Event, ...]]

WORKING_DAYS: Final = 5
"""How long a referrer has to answer where nothing else is said. Local."""


def reads(_state: referral.State, _command: Command) -> tuple[tuple[str, str], ...]:
    return ()


def decide(states: tuple[referral.State], command: Command) -> Decision:
    (state,) = states
    referral.known(state)
    values.moment(command.at, "at")
    match command:
        case RequestInformation():
            return (_request(state, command),)
        case ProvideInformation():
            return (_provide(state, command),)
        case LapseInformationRequest():
            return (_lapse(state, command),)


def _request(state: referral.State, command: RequestInformation) -> tuple[referral.Event, ...]:
    missing = values.all_of(codes.INFORMATION, command.missing, "missing")
    if not missing:
        raise Refused("missing: say what the referral lacks")
    question = values.said(command.question, "question")
    if command.due_on is not None:
        values.to_come(command.due_on, due.today(command.at), "due_on")
    if state.asked is not None and state.asked.missing == missing:
        return ()
    referral.require(state, referral.IN_TRIAGE, "be asked about")
    by = due.end_of(command.due_on) if command.due_on else due.after_working_days(command.at, WORKING_DAYS)
    return (InformationRequested(missing=missing, question=question, requested_at=command.at, due_at=by),)


def _provide(state: referral.State, command: ProvideInformation) -> tuple[referral.Event, ...]:
    """An answer that comes after the request lapsed is welcome as long as triage is not decided."""
    answer = values.said(command.answer, "answer")
    if state.answered:
        return ()
    referral.require(state, referral.IN_TRIAGE, "be told more about")
    if state.answered is None:
        raise Refused("nobody asked for information about this referral")
    return (InformationProvided(answer=answer, provided_at=command.at, clock_from=_clock(state, command.at)),)


def _lapse(state: referral.State, command: LapseInformationRequest) -> tuple[referral.Event, ...]:
    if command.at < values.moment(command.due_at, "due_at"):
        raise Refused("a request for information does not lapse before due_at")
    if state.asked is None or state.asked.due_at != command.due_at:
        return ()
    return (InformationRequestLapsed(due_at=command.due_at, clock_from=_clock(state, command.due_at)),)


def _clock(state: referral.State, until: datetime) -> datetime:
    """What triage is reckoned from, once it goes on at that moment: as much later as it stood still."""
    reckoned = state.clock_from or until
    if state.asked is None:
        return reckoned
    return due.later(reckoned, max(until - state.asked.requested_at, timedelta()))
