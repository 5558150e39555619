"""Consent: what a person lets us do, for whom, until they say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from typing import Final

from commonweal.domain import due, tenant, values
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class ConsentGiven:
    scope: str
    audience: str
    method: str
    wording_version: str
    given_by: str
    given_on: date
    expires_on: date | None = None


@event
class ConsentRefused:
    scope: str
    audience: str
    refused_on: date


@event
class ConsentWithdrawn:
    scope: str
    audience: str
    withdrawn_on: date


@event
class ConsentExpired:
    scope: str
    audience: str
    expired_on: date


@event
class ParentsConsentExcluded:
    """They are young, competent, and wish that no parent is involved: what a parent agrees to counts no more."""

    excluded_on: date


@event
class ParentsConsentReadmitted:
    readmitted_on: date


@command
class GiveConsent:
    scope: str
    audience: str = "any"
    method: str
    wording_version: str
    given_by: str = "person"
    given_on: date
    expires_on: date | None = None


@command
class RefuseConsent:
    scope: str
    audience: str = "any"
    refused_on: date


@command
class WithdrawConsent:
    scope: str
    audience: str = "any"
    withdrawn_on: date


@command
class ExpireConsent:
    scope: str
    audience: str = "any"
    on: date


CATEGORY: Final = "consent"
SUBJECT_IS_STREAM: Final = True
"""One stream a person; its id is the person's."""
CREATES: Final = (GiveConsent, RefuseConsent)

ANY: Final = "any"
"""The audience of a consent that names nobody in particular. Otherwise an audience is an ODS code or a service's id."""
OURSELVES: Final = frozenset({"contact", "record", "sms", "email", "share_gp", "share_gp_codes", "share_mdt"})
"""Scopes about what we ourselves do, or a share whose audience follows the person; always for `any`."""
SCOPES: Final = OURSELVES | {
    "share_referrer",
    "share_vcfse",
    "outcome_payment_evidence",
    "research_contact",
    "story_use",
}
"""What may be consented to. Local, after the PRSB social prescribing standard's consent to share."""
WORDING: Final = "1"
"""The version of what is read out today: the sentence of each scope on the consent form (`console.asks.consents.SCOPES`), to be raised
when those change. Local; an ICS that reads out words of its own gives their version instead."""
METHODS: Final = frozenset({"verbal", "written", "digital"})
GIVERS: Final = frozenset({"person", "parent", "attorney", "deputy", "best_interests"})
"""Who may give it: the person, or who the Mental Capacity Act 2005 or parental responsibility puts in their place. Local."""

Answer = ConsentGiven | ConsentRefused | ConsentWithdrawn | ConsentExpired
Event = Answer | ParentsConsentExcluded | ParentsConsentReadmitted
Command = GiveConsent | RefuseConsent | WithdrawConsent | ExpireConsent
"""Whether a parent's consent counts is found in `competence`."""


@dataclass(frozen=True, slots=True)
class State:
    answers: Mapping[tuple[str, str], Answer]
    """The last answer by (scope, audience)."""
    parents_excluded: bool = False


INITIAL: Final = State(answers={})


def evolve(state: State, event: Event) -> State:
    match event:
        case ConsentRefused(scope=scope, audience="any") | ConsentWithdrawn(scope=scope, audience="any"):
            # A no to everyone takes back each yes to someone.
            kept = {key: answer for key, answer in state.answers.items() if key[0] != scope}
            return replace(state, answers=kept | {(scope, ANY): event})
        case ConsentGiven() | ConsentRefused() | ConsentWithdrawn() | ConsentExpired():
            return replace(state, answers={**state.answers, (event.scope, event.audience): event})
        case ParentsConsentExcluded():
            return replace(state, parents_excluded=True)
        case ParentsConsentReadmitted():
            return replace(state, parents_excluded=False)


def allows(state: State, scope: str, audience: str, on: date) -> bool:
    """May we, on this day? An answer about this audience counts before one about any; a consent holds through its last day."""
    answer = state.answers.get((scope, audience)) or state.answers.get((scope, ANY))
    return isinstance(answer, ConsentGiven) and (answer.expires_on is None or on <= answer.expires_on)


def as_one(state: State, other: State) -> State:
    """What counts for a record while it is one with another: its own answers, and each no that is said in the other."""
    noes = (answer for answer in other.answers.values() if not isinstance(answer, ConsentGiven))
    return reduce(evolve, noes, state)


EXPIRES: Final = "consent_expires"


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    """A consent for one audience that a no to everyone takes back is still looked at on its day, and then found to be gone."""
    if isinstance(event, ParentsConsentExcluded | ParentsConsentReadmitted):
        return ()
    day = event.expires_on if isinstance(event, ConsentGiven) else None
    return (Deadline(EXPIRES, identity, f"{event.scope} {event.audience}", None if day is None else due.end_of(day)),)


def _expire(deadline: Deadline, now: datetime) -> Command:
    scope, _, audience = deadline.about.partition(" ")
    return ExpireConsent(scope=scope, audience=audience, on=due.today(now))


FALLS_DUE: Final[FallsDue] = {EXPIRES: _expire}


def decide(state: State, command: Command) -> tuple[Event, ...]:
    _check(command.scope, command.audience)
    match command:
        case GiveConsent():
            return _give(state, command)
        case RefuseConsent(scope=scope, audience=audience, refused_on=day):
            refused = ConsentRefused(scope=scope, audience=audience, refused_on=day)
            return () if state.answers.get((scope, audience)) == refused else (refused,)
        case WithdrawConsent(scope=scope, audience=audience, withdrawn_on=day):
            return _withdraw(state, scope, audience, day)
        case ExpireConsent(scope=scope, audience=audience, on=day):
            answer = state.answers.get((scope, audience))
            if not isinstance(answer, ConsentGiven) or answer.expires_on is None or day <= answer.expires_on:
                return ()  # it was renewed, withdrawn or has days left
            return (ConsentExpired(scope=scope, audience=audience, expired_on=answer.expires_on),)


def _check(scope: str, audience: str) -> None:
    values.one_of(SCOPES, scope, "scope")
    values.identifier(audience, "audience")
    if scope in OURSELVES and audience != ANY:
        raise Refused(f"consent to {scope} is not for one audience: audience must be any")


def _give(state: State, command: GiveConsent) -> tuple[Event, ...]:
    values.one_of(METHODS, command.method, "method")
    values.one_of(GIVERS, command.given_by, "given_by")
    values.identifier(command.wording_version, "wording_version")
    if command.expires_on is not None and command.expires_on < command.given_on:
        raise Refused("expires_on lies before given_on")
    if command.given_by == "parent" and state.parents_excluded:
        raise Refused("given_by: this young person is competent and wishes that no parent is involved: ask them")
    given = ConsentGiven(
        scope=command.scope,
        audience=command.audience,
        method=command.method,
        wording_version=command.wording_version,
        given_by=command.given_by,
        given_on=command.given_on,
        expires_on=command.expires_on,
    )
    return () if state.answers.get((command.scope, command.audience)) == given else (given,)


def _withdraw(state: State, scope: str, audience: str, day: date) -> tuple[Event, ...]:
    """One audience may be taken out of a consent given to any; withdrawing from any takes back each yes to someone."""
    answer = state.answers.get((scope, audience)) or state.answers.get((scope, ANY))
    said = [given for (about, _), given in state.answers.items() if about == scope] if audience == ANY else [answer]
    if any(isinstance(given, ConsentGiven) for given in said):
        return (ConsentWithdrawn(scope=scope, audience=audience, withdrawn_on=day),)
    if isinstance(answer, ConsentWithdrawn):
        return ()
    raise Refused(f"there is no consent to {scope} to withdraw")


def parents_count(state: State, *, on: date, still: bool) -> tuple[Event, ...]:
    """What follows for consents from whether a parent's count `still`: where they do not, each one a parent gave is at its end."""
    if still:
        return (ParentsConsentReadmitted(readmitted_on=on),) if state.parents_excluded else ()
    if state.parents_excluded:
        return ()
    by_a_parent = (
        each for each in state.answers.values() if isinstance(each, ConsentGiven) and each.given_by == "parent"
    )
    ended = (ConsentExpired(scope=each.scope, audience=each.audience, expired_on=on) for each in by_a_parent)
    return (*ended, ParentsConsentExcluded(excluded_on=on))
