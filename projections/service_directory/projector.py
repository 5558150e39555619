"""Service directory: organisations, their services as they are listed, what is wrong with them, and what is new."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.directory import (
    capacity,
    community_organisation,
    community_service,
    freshness,
    listing,
)
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.people import clear

_ORGANISATION: Final = ("name", "description", "website", "email", "parent")


def _organisation(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case community_organisation.OrganisationListed() as event:
            known = {name: getattr(event, name) for name in _ORGANISATION}
            row = {"organisation_id": fact.identity, "version": fact.version, **known}
            yield Put("organisation", {**row, "identifiers": list(event.identifiers)})
        case community_organisation.OrganisationChanged() as event:
            told = {name: value for name in _ORGANISATION if (value := getattr(event, name)) is not None}
            changed = {name: value or None for name, value in told.items()}
            yield Change("organisation", fact.identity, {**changed, "version": fact.version})
        case community_organisation.OrganisationIdentified(identifiers=identifiers):
            yield Change("organisation", fact.identity, {"identifiers": list(identifiers), "version": fact.version})
        case _:
            pass


def _listing(fact: Fact) -> Iterable[Statement]:
    event = fact.event
    yield from _news(fact)
    if isinstance(event, listing.ServiceSubmitted):
        yield _submitted(fact, event)
        return
    yield Change("listing", fact.identity, {**_said(event), "version": fact.version})


def _submitted(fact: Fact, event: listing.ServiceSubmitted) -> Put:
    return Put(
        "listing",
        {
            "service_id": fact.identity,
            "version": fact.version,
            "organisation_id": event.organisation_id,
            "kind": event.kind,
            "phase": "SUBMITTED",
            "sort": _sort(event.name),
            **{name: getattr(event, name) for name in listing.DETAILS},
            "needs": list(event.needs),
            "languages": list(event.languages),
            "access": list(event.access),
            "sessions": list(event.sessions),
            "cost": event.cost,
            "cost_pence": event.cost_pence,
            "half_life": freshness.half_life(event.kind),
            **{key: [] for key in ("areas", "inclusion", "exclusion")},
            **dict.fromkeys(_NOT_SAID_YET),
            "submitted_by": event.submitted_by,
            "submitted_at": fact.at,
        },
    )


_NOT_SAID_YET: Final = (
    "assured_on",
    "assured_how",
    "next_due",
    "minimum_age",
    "maximum_age",
    "route",
    "response_sla_days",
    "closed_reason",
    "closed_until",
    "ending",
    "note",
    "capacity_status",
    "capacity_unit",
    "capacity_all",
    "capacity_funded",
    "vacancy",
    "est_wait_weeks",
    "capacity_on",
    "capacity_until",
)


def _said(event: object) -> dict[str, Any]:
    """What a change of a listing says."""
    match event:
        case listing.ServiceDetailsChanged(field="name", new=new):
            return {"name": new or "", "sort": _sort(new or "")}
        case listing.ServiceDetailsChanged(field=field, new=new) if field in listing.DETAILS:
            return {field: new}
        case listing.ServiceNeedsChanged(needs=needs):
            return {"needs": list(needs)}
        case listing.AccessibilityRecorded(access=access):
            return {"access": list(access)}
        case listing.ScheduleChanged(sessions=sessions):
            return {"sessions": list(sessions)}
        case listing.CostChanged(cost=cost, cost_pence=pence):
            return {"cost": cost, "cost_pence": pence}
        case listing.ServiceLanguagesChanged(languages=languages):
            return {"languages": list(languages)}
        case listing.EligibilityChanged(minimum_age=least, maximum_age=most):
            lists = {name: list(getattr(event, name)) for name in ("areas", "inclusion", "exclusion")}
            return {"minimum_age": least, "maximum_age": most, **lists}
        case listing.ReferralRouteSet(mode=mode, response_sla_days=days):
            return {"route": mode, "response_sla_days": days}
        case _:
            return {}


def _sort(name: str) -> str:
    """What a page is ordered by: never empty, for it stands in cursors."""
    return values.slug(name) or "~"


def _service(fact: Fact) -> Iterable[Statement]:
    event, service = fact.event, fact.identity
    yield from _news(fact)
    match event:
        case community_service.ServiceProblemReported():
            yield _problem(fact, event)
        case community_service.ServiceProblemResolved(problem_id=problem):
            yield Change("problem", f"{service}|{problem}", {"resolved_at": fact.at})
        case capacity.ServiceCapacityReported():
            yield _places(fact, event)
        case _:
            pass
    yield Change("listing", service, {**_standing(event), "version": fact.version})


def _standing(event: object) -> dict[str, Any]:
    """Where a service stands from then on."""
    match event:
        case community_service.ServiceApproved() | community_service.ServiceReopened():
            return {"phase": "ACTIVE", "closed_reason": None, "closed_until": None, "ending": None, "note": None}
        case community_service.ServiceReturned(reason=reason, note=note):
            return {"phase": "RETURNED", "ending": reason, "note": clear(note)}
        case community_service.ServiceResubmitted():
            return {"phase": "SUBMITTED", "ending": None, "note": None}
        case community_service.ServiceAssured(assured_on=day, method=method, next_due=until):
            return {"assured_on": day, "assured_how": method, "next_due": until}
        case community_service.ServiceTemporarilyClosed(reason=reason, until=until):
            return {"phase": "TEMPORARILY_CLOSED", "closed_reason": reason, "closed_until": until}
        case community_service.ServiceRetired(reason=reason):
            return {"phase": "RETIRED", "ending": reason}
        case capacity.ServiceCapacityReported() as told:
            return {
                "capacity_status": told.status,
                "capacity_unit": told.unit,
                "capacity_all": told.capacity,
                "capacity_funded": told.funded_capacity,
                "vacancy": told.vacancy,
                "est_wait_weeks": told.est_wait_weeks,
                "capacity_on": told.reported_on,
                "capacity_until": told.valid_until,
            }
        case _:
            return {}


def _problem(fact: Fact, event: community_service.ServiceProblemReported) -> Put:
    return Put(
        "problem",
        {
            "problem": f"{fact.identity}|{event.problem_id}",
            "problem_id": event.problem_id,
            "service_id": fact.identity,
            "kind": event.kind,
            "note": clear(event.note),
            "reported_at": fact.at,
            "reporter_role": event.by_role,
            "resolved_at": None,
        },
    )


def _places(fact: Fact, event: capacity.ServiceCapacityReported) -> Put:
    return Put(
        "places",
        {
            "said": fact.position,
            "service_id": fact.identity,
            "status": event.status,
            "unit": event.unit,
            "vacancy": event.vacancy,
            "est_wait_weeks": event.est_wait_weeks,
            "reported_on": event.reported_on,
            "valid_until": event.valid_until,
        },
    )


_NEWS: Final[Mapping[type, tuple[str, str | None]]] = {
    listing.ServiceDetailsChanged: ("CHANGED", "field"),
    listing.ServiceNeedsChanged: ("CHANGED", None),
    listing.AccessibilityRecorded: ("CHANGED", None),
    listing.ScheduleChanged: ("CHANGED", None),
    listing.CostChanged: ("CHANGED", None),
    listing.ServiceLanguagesChanged: ("CHANGED", None),
    listing.EligibilityChanged: ("CHANGED", None),
    listing.ReferralRouteSet: ("CHANGED", None),
    community_service.ServiceApproved: ("LISTED", None),
    community_service.ServiceAssured: ("ASSURED", "method"),
    community_service.ServiceAssuranceLapsed: ("LAPSED", None),
    community_service.ServiceProblemReported: ("PROBLEM", "kind"),
    community_service.ServiceProblemResolved: ("RESOLVED", None),
    community_service.ServiceTemporarilyClosed: ("CLOSED", "reason"),
    community_service.ServiceReopened: ("REOPENED", None),
    community_service.ServiceRetired: ("RETIRED", "reason"),
    capacity.ServiceCapacityReported: ("PLACES", "status"),
}
"""Event → (what it is as news, the field that says more in a code). What awaits approval is no news."""


def _news(fact: Fact) -> Iterable[Put]:
    if (told := _NEWS.get(type(fact.event))) is not None:
        what, field = told
        code = None if field is None else getattr(fact.event, field)
        row = {"position": fact.position, "service_id": fact.identity, "at": fact.at, "what": what, "code": code}
        yield Put("news", row)


project: Final = by_module(
    {
        community_organisation: _organisation,
        listing: _listing,
        community_service: _service,
        capacity: _service,
    }
)
"""The rows an event makes or changes."""
