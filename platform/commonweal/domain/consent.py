"""Consent: what a person lets us do, for whom, until they say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from commonweal.domain import values
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
OURSELVES: Final = frozenset({"contact", "record", "sms", "email", "share_gp", "share_mdt"})
"""Scopes about what we ourselves do, or a share whose audience follows the person; always for `any`."""
SCOPES: Final = OURSELVES | {
    "share_referrer",
    "share_vcfse",
    "outcome_payment_evidence",
    "research_contact",
    "story_use",
}
"""What may be consented to. Local, after the PRSB social prescribing standard's consent to share."""
METHODS: Final = frozenset({"verbal", "written", "digital"})
GIVERS: Final = frozenset({"person", "parent", "attorney", "deputy", "best_interests"})
"""Who may give it: the person, or who the Mental Capacity Act 2005 or parental responsibility puts in their place. Local."""

Event = ConsentGiven | ConsentRefused | ConsentWithdrawn | ConsentExpired
Command = GiveConsent | RefuseConsent | WithdrawConsent | ExpireConsent


@dataclass(frozen=True, slots=True)
class State:
    answers: Mapping[tuple[str, str], Event]
    """The last answer by (scope, audience)."""


INITIAL: Final = State(answers={})


def evolve(state: State, event: Event) -> State:
    match event:
        case ConsentRefused(scope=scope, audience="any") | ConsentWithdrawn(scope=scope, audience="any"):
            # A no to everyone takes back each yes to someone.
            kept = {key: answer for key, answer in state.answers.items() if key[0] != scope}
            return State(answers=kept | {(scope, ANY): event})
        case ConsentGiven() | ConsentRefused() | ConsentWithdrawn() | ConsentExpired():
            return State(answers={**state.answers, (event.scope, event.audience): event})


def allows(state: State, scope: str, audience: str, on: date) -> bool:
    """May we, on this day? An answer about this audience counts before one about any; a consent holds through its last day."""
    answer = state.answers.get((scope, audience)) or state.answers.get((scope, ANY))
    return isinstance(answer, ConsentGiven) and (answer.expires_on is None or on <= answer.expires_on)


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
