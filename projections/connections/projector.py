"""Connections: each from offer to end, with its sessions, beside the service as the directory has it and the person's consents."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from commonweal.domain import tenant
from commonweal.domain.directory import (
    community_organisation,
    community_service,
    connection,
    contribution,
    freshness,
    listing,
)
from commonweal.domain.people import consent, duplicate, person
from commonweal.domain.referrals import referral
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.consents import consents
from projections.people import clear, merges, people
from projections.places import places_and_trusts

ABOUT: Final = ("name", "phone", "email")
"""What the room knows about a person: all of it goes when they are erased."""


def _connection(fact: Fact) -> Iterable[Statement]:
    event, each = fact.event, fact.identity
    match event:
        case connection.ConnectionOffered():
            yield _offered(fact, event)
            return
        case connection.AttendanceRecorded(session_id=session, held_on=day, code=code):
            key = f"{each}|{session}"
            about = {"session": key, "session_id": session, "connection_id": each}
            yield Put("session", {**about, "held_on": day, "code": code, "corrected": False})
        case connection.AttendanceCorrected(session_id=session, code=code):
            yield Change("session", f"{each}|{session}", {"code": code, "corrected": True})
        case contribution.ContributionStarted():
            yield _contribution(fact, event)
        case contribution.ContributionEnded(contribution_id=given, ended_on=day):
            yield Change("contribution", f"{each}|{given}", {"ended_on": day})
        case _:
            pass
    yield Change("connection", each, {**_step(fact), "version": fact.version})


def _offered(fact: Fact, event: connection.ConnectionOffered) -> Put:
    known = {name: getattr(event, name) for name in ("person_id", "referral_id", "plan_id", "service_id")}
    return Put(
        "connection",
        {
            "connection_id": fact.identity,
            "version": fact.version,
            **known,
            "phase": "OFFERED",
            "mode": event.mode,
            "hope": clear(event.hope),
            "override_reason": event.override_reason,
            "override_note": clear(event.override_note),
            "freshness_at_offer": event.freshness_at_offer.upper(),
            "offered_at": fact.at,
            **dict.fromkeys(_NOT_YET),
            "link_shown": False,
            "unanswered": False,
            "answered_by_link": False,
        },
    )


_NOT_YET: Final = (
    "accepted_at",
    "channel",
    "sent_at",
    "consent_given_on",
    "link_id",
    "link_expires_on",
    "answer_due_on",
    "answer",
    "answered_at",
    "places_left",
    "est_wait_weeks",
    "started_on",
    "ended_on",
    "ending",
)


def _step(fact: Fact) -> dict[str, Any]:  # noqa: PLR0911 – one answer an event
    """Where a connection stands from then on."""
    match fact.event:
        case connection.ConnectionAcceptedByPerson():
            return {"phase": "ACCEPTED", "accepted_at": fact.at}
        case connection.ConnectionDeclinedByPerson(reason=reason):
            return {"phase": "DECLINED", "ending": reason}
        case connection.ConnectionSent() as sent:
            return _sent(fact, sent)
        case connection.ProviderLinkReplaced(link_id=link, link_expires_on=day):
            return {"link_id": link, "link_expires_on": day, "link_shown": False}
        case connection.ProviderLinkShown():
            return {"link_shown": True}
        case connection.ProviderAccepted() | connection.ProviderDeclined() | connection.ProviderWaitlisted():
            return _answered(fact, fact.event)
        case connection.ConnectionUnanswered():
            return {"unanswered": True}
        case connection.ConnectionStarted(started_on=day):
            return {"phase": "STARTED", "started_on": day, "unanswered": False}
        case connection.ConnectionCompleted(ended_on=day):
            return {"phase": "COMPLETED", "ended_on": day, "unanswered": False}
        case connection.ConnectionDropped(ended_on=day, reason=reason):
            return {"phase": "DROPPED", "ended_on": day, "ending": reason, "unanswered": False}
        case _:
            return {}


def _sent(fact: Fact, event: connection.ConnectionSent) -> dict[str, Any]:
    told = {name: getattr(event, name) for name in ("channel", "consent_given_on", "answer_due_on")}
    return {
        **told,
        **dict.fromkeys(("answer", "answered_at", "places_left", "est_wait_weeks", "ending")),
        "phase": "SENT",
        "sent_at": fact.at,
        "link_id": event.link_id,
        "link_expires_on": event.link_expires_on,
        "link_shown": False,
        "unanswered": False,
        "answered_by_link": False,
    }


_ANSWERS: Final[Mapping[type, tuple[str, str]]] = {
    connection.ProviderAccepted: ("PROVIDER_ACCEPTED", "accept"),
    connection.ProviderDeclined: ("PROVIDER_DECLINED", "decline"),
    connection.ProviderWaitlisted: ("WAITING_LIST", "waiting_list"),
}


def _answered(
    fact: Fact, event: connection.ProviderAccepted | connection.ProviderDeclined | connection.ProviderWaitlisted
) -> dict[str, Any]:
    phase, answer = _ANSWERS[type(event)]
    return {
        "phase": phase,
        "answer": answer,
        "answered_at": fact.at,
        "answered_by_link": event.link_id is not None,
        "places_left": event.places_left,
        "est_wait_weeks": getattr(event, "est_wait_weeks", None),
        "ending": getattr(event, "reason", None),
        "unanswered": False,
    }


def _contribution(fact: Fact, event: contribution.ContributionStarted) -> Put:
    return Put(
        "contribution",
        {
            "contribution": f"{fact.identity}|{event.contribution_id}",
            "contribution_id": event.contribution_id,
            "connection_id": fact.identity,
            "service_id": event.service_id,
            "role": event.role,
            "started_on": event.started_on,
            "ended_on": None,
        },
    )


def _service(fact: Fact) -> Iterable[Statement]:
    each = fact.identity
    match fact.event:
        case listing.ServiceSubmitted(organisation_id=organisation, name=name, kind=kind):
            row = {"service_id": each, "organisation_id": organisation, "name": name, "phase": "SUBMITTED"}
            yield Put("service", {**row, "assured_on": None, "half_life": freshness.half_life(kind)})
        case listing.ServiceDetailsChanged(field="name", new=new):
            yield Change("service", each, {"name": new or ""})
        case community_service.ServiceApproved() | community_service.ServiceReopened():
            yield Change("service", each, {"phase": "ACTIVE"})
        case community_service.ServiceTemporarilyClosed():
            yield Change("service", each, {"phase": "TEMPORARILY_CLOSED"})
        case community_service.ServiceRetired():
            yield Change("service", each, {"phase": "RETIRED"})
        case community_service.ServiceAssured(assured_on=day):
            yield Change("service", each, {"assured_on": day})
        case community_service.ServiceProblemReported(problem_id=problem):
            yield Put("problem", {"problem": f"{each}|{problem}", "service_id": each, "resolved_at": None})
        case community_service.ServiceProblemResolved(problem_id=problem):
            yield Change("problem", f"{each}|{problem}", {"resolved_at": fact.at})
        case _:
            pass


def _organisation(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case community_organisation.OrganisationListed(name=name, identifiers=identifiers):
            row = {"organisation_id": fact.identity, "name": name, "identifiers": list(identifiers)}
            yield Put("organisation", row)
        case community_organisation.OrganisationChanged(name=str() as name):
            yield Change("organisation", fact.identity, {"name": name})
        case community_organisation.OrganisationIdentified(identifiers=identifiers):
            yield Change("organisation", fact.identity, {"identifiers": list(identifiers)})
        case _:
            pass


project: Final = by_module(
    {
        connection: _connection,
        contribution: _connection,
        listing: _service,
        community_service: _service,
        community_organisation: _organisation,
        consent: consents,
        person: partial(people, about=ABOUT),
        duplicate: merges,
        referral: cases,
        tenant: places_and_trusts,
    }
)
"""The rows an event makes or changes."""
