"""Reaching someone: a link worker tries, as often and in as many ways as the ICS asks, and never against the person's wishes."""

from datetime import datetime
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.referral import ContactAttempted, ContactPolicyExhausted, SocialPrescribingAccepted
from commonweal.domain.work import safe_contact


@command
class AttemptContact:
    channel: str
    result: str
    attempted_at: datetime
    at: datetime | None = None  # now, where someone at work asks; nothing where the past is brought in


@command
class ExhaustContactPolicy:
    """The attempts that were made are as many, in as many ways, as the ICS asks."""


@command
class AcceptSocialPrescribing:
    """The person said yes, in so many words, once an episode: a first contact does not imply it."""

    at: datetime


PRIMARY: Final = "referral"
Command = AttemptContact | ExhaustContactPolicy | AcceptSocialPrescribing

CHANNELS: Final = 2
"""In how many ways at least somebody is tried before they count as out of reach, where they left open more than one. Local."""
OUTREACH: Final = "outreach"
"""The programme that goes to people unasked: nobody in it has accepted social prescribing."""
_BEFORE_CONTACT: Final = frozenset({"allocated", "contact attempting"})


def reads(state: referral.State, command: Command) -> tuple[tuple[str, str], ...]:
    if state.person_id is None or not isinstance(command, AttemptContact):
        return ()
    return (("person", state.person_id),)


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[referral.Event, ...], ...]:
    """Writes to the referral only. `states` is (referral, person) for an attempt, else the referral alone."""
    state: referral.State = states[0]
    referral.known(state)
    match command:
        case AttemptContact():
            return _attempt(state, states[1], command), ()
        case ExhaustContactPolicy():
            if state.exhausted or state.phase != "contact attempting" or not state.tried:
                return ((),)
            ways = len({channel for channel, _, _ in state.tried})
            return ((ContactPolicyExhausted(attempts=len(state.tried), channels=ways),),)
        case AcceptSocialPrescribing(at=now):
            return (_accept(state, values.moment(now, "at")),)


def _attempt(state: referral.State, someone: person.State, command: AttemptContact) -> tuple[referral.Event, ...]:
    values.one_of(codes.ATTEMPT_CHANNELS, command.channel, "channel")
    values.one_of(codes.ATTEMPT_RESULTS, command.result, "result")
    values.moment(command.attempted_at, "attempted_at")
    values.happened(command.attempted_at, command.at, "attempted_at")
    made = (command.channel, command.result, command.attempted_at)
    if made in state.attempts:
        return ()
    if state.phase in referral.ENGAGED:
        raise Refused("this person was spoken with already: record a contact that was held or missed instead")
    if state.phase not in _BEFORE_CONTACT or state.worker_id is None:
        raise Refused(f"this referral is {state.phase}; an attempt at contact needs a link worker")
    referral.after_receipt(state, command.attempted_at, "attempted_at")
    _check_wishes(someone, command)
    return (
        ContactAttempted(
            worker_id=state.worker_id,
            channel=command.channel,
            result=command.result,
            attempted_at=command.attempted_at,
            number=len(state.tried) + 1,
            channels=len({channel for channel, _, _ in (*state.tried, made)}),
            only_way=safe_contact.one_way_only(someone),
        ),
    )


def _check_wishes(someone: person.State, command: AttemptContact) -> None:
    """In a safe way, and without a message where none may be left."""
    person.not_died(someone)
    if (why := safe_contact.unsafe(someone, command.channel)) is not None:
        raise Refused(f"channel: {why}")
    wish = someone.preference
    if command.result == "voicemail" and wish is not None and not wish.safe_to_leave_message:
        raise Refused("result: this person said no message may be left; if one was left, tell your team lead now")


def _accept(state: referral.State, now: datetime) -> tuple[referral.Event, ...]:
    if state.programme == OUTREACH:
        raise Refused("this person came through outreach: that is not recorded as accepting social prescribing")
    if state.wanted and state.phase in referral.OPEN:
        return ()
    referral.require(state, referral.OPEN, "be accepted by the person")
    return (SocialPrescribingAccepted(accepted_at=now),)
