"""Listing: what the directory says of a community service, and who says so."""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.directory.community_organisation import web_address
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed. All of it is public: addresses of roles, never of people.


@event
class ServiceSubmitted:
    """`sessions`: see `ScheduleChanged`. `cost_pence` is for one session."""

    organisation_id: str
    kind: str
    name: str
    description: str | None = None
    needs: tuple[str, ...] = ()
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    address: str | None = None
    postcode: str | None = None
    languages: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    cost: str = "free"
    cost_pence: int | None = None
    submitted_by: str
    by: str


@event
class ServiceDetailsChanged:
    """`field`: one of DETAILS."""

    field: str
    old: str | None = None
    new: str | None = None
    source: str
    by: str


@event
class ServiceNeedsChanged:
    needs: tuple[str, ...]
    by: str


@event
class AccessibilityRecorded:
    access: tuple[str, ...]
    by: str


@event
class ScheduleChanged:
    """`sessions`: day and hours of each, as `mon 10:00-12:00`."""

    sessions: tuple[str, ...]
    by: str


@event
class CostChanged:
    cost: str
    cost_pence: int | None = None
    by: str


@event
class ServiceLanguagesChanged:
    languages: tuple[str, ...]
    by: str


@event
class EligibilityChanged:
    """`areas`: LSOAs or area codes; none means everywhere in the ICS."""

    criteria_version: int
    minimum_age: int | None = None
    maximum_age: int | None = None
    areas: tuple[str, ...] = ()
    inclusion: tuple[str, ...] = ()
    exclusion: tuple[str, ...] = ()
    by: str


@event
class ReferralRouteSet:
    mode: str
    response_sla_days: int
    by: str


@command
class SubmitService:
    """A community service, for somebody to approve. Addresses of roles, such as hello@: never a person's name."""

    organisation_id: str
    kind: str
    name: str
    description: str | None = None
    needs: tuple[str, ...]
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    address: str | None = None
    postcode: str | None = None
    languages: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    cost: str = "free"
    cost_pence: int | None = None
    submitted_by: str = "link_worker"
    by: str


@command
class ChangeServiceDetails:
    """What is not given stays; an empty text takes the old one away. Addresses of roles, never a person's name."""

    name: str | None = None
    description: str | None = None
    email: str | None = None
    phone: str | None = None
    website: str | None = None
    address: str | None = None
    postcode: str | None = None
    source: str = "link_worker"
    by: str


@command
class ChangeServiceNeeds:
    needs: tuple[str, ...]
    by: str


@command
class RecordAccessibility:
    access: tuple[str, ...]
    by: str


@command
class ChangeSchedule:
    """`sessions`: day and hours of each, as `mon 10:00-12:00`."""

    sessions: tuple[str, ...]
    by: str


@command
class ChangeCost:
    cost: str
    cost_pence: int | None = None
    by: str


@command
class ChangeServiceLanguages:
    languages: tuple[str, ...]
    by: str


@command
class ChangeEligibility:
    minimum_age: int | None = None
    maximum_age: int | None = None
    areas: tuple[str, ...] = ()
    inclusion: tuple[str, ...] = ()
    exclusion: tuple[str, ...] = ()
    by: str


@command
class SetReferralRoute:
    """`response_sla_days`: within how many days the provider answers; 0: it does not say."""

    mode: str
    response_sla_days: int = 0
    by: str


Event = (
    ServiceDetailsChanged
    | ServiceNeedsChanged
    | AccessibilityRecorded
    | ScheduleChanged
    | CostChanged
    | ServiceLanguagesChanged
    | EligibilityChanged
    | ReferralRouteSet
)
"""`ServiceSubmitted` begins a listing."""
Command = (
    ChangeServiceDetails
    | ChangeServiceNeeds
    | RecordAccessibility
    | ChangeSchedule
    | ChangeCost
    | ChangeServiceLanguages
    | ChangeEligibility
    | SetReferralRoute
)

DETAILS: Final = ("name", "description", "email", "phone", "website", "address", "postcode")
_SESSION: Final = re.compile(
    r"(mon|tue|wed|thu|fri|sat|sun) ([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]"
)
LONGEST_AGE: Final = 120
LONGEST_SLA: Final = 90


@dataclass(frozen=True, slots=True)
class Listing:
    """A listing as it stands; `version` counts its changes."""

    submitted: ServiceSubmitted
    version: int = 1
    details: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    cost: tuple[str, int | None] = ("free", None)
    languages: tuple[str, ...] = ()
    eligibility: EligibilityChanged | None = None
    route: tuple[str, int] | None = None
    """(mode, days within which the provider answers)"""


def begun(event: ServiceSubmitted) -> Listing:
    return Listing(
        submitted=event,
        details={name: value for name in DETAILS if (value := getattr(event, name))},
        needs=event.needs,
        access=event.access,
        sessions=event.sessions,
        cost=(event.cost, event.cost_pence),
        languages=event.languages,
    )


def evolve(listing: Listing, event: Event) -> Listing:
    grown = replace(listing, version=listing.version + 1)
    match event:
        case ServiceDetailsChanged(field=name, new=new):
            details = {**listing.details, name: new or ""}
            return replace(grown, details={each: value for each, value in details.items() if value})
        case ServiceNeedsChanged(needs=needs):
            return replace(grown, needs=needs)
        case AccessibilityRecorded(access=access):
            return replace(grown, access=access)
        case ScheduleChanged(sessions=sessions):
            return replace(grown, sessions=sessions)
        case CostChanged(cost=cost, cost_pence=pence):
            return replace(grown, cost=(cost, pence))
        case ServiceLanguagesChanged(languages=languages):
            return replace(grown, languages=languages)
        case EligibilityChanged():
            return replace(grown, eligibility=event)
        case ReferralRouteSet(mode=mode, response_sla_days=days):
            return replace(grown, route=(mode, days))


def decide(listing: Listing, command: Command) -> tuple[Event, ...]:
    """What changes of a listing; nothing where it says so already."""
    by = command.by
    match command:
        case ChangeServiceDetails():
            return _details(listing, command)
        case ChangeServiceNeeds(needs=needs):
            now = _needs(needs)
            return () if now == listing.needs else (ServiceNeedsChanged(needs=now, by=by),)
        case RecordAccessibility(access=access):
            now = values.all_of(codes.SERVICE_ACCESS, access, "access")
            return () if now == listing.access else (AccessibilityRecorded(access=now, by=by),)
        case ChangeSchedule(sessions=sessions):
            now = _sessions(sessions)
            return () if now == listing.sessions else (ScheduleChanged(sessions=now, by=by),)
        case ChangeCost(cost=cost, cost_pence=pence):
            _cost(cost, pence)
            return () if (cost, pence) == listing.cost else (CostChanged(cost=cost, cost_pence=pence, by=by),)
        case ChangeServiceLanguages(languages=languages):
            now = _languages(languages)
            return () if now == listing.languages else (ServiceLanguagesChanged(languages=now, by=by),)
        case ChangeEligibility():
            return _eligibility(listing, command)
        case SetReferralRoute(mode=mode, response_sla_days=days):
            values.one_of(codes.REFERRAL_ROUTES, mode, "mode")
            values.within(days, 0, LONGEST_SLA, "response_sla_days")
            if (mode, days) == listing.route:
                return ()
            return (ReferralRouteSet(mode=mode, response_sla_days=days, by=by),)


def submitted(command: SubmitService) -> ServiceSubmitted:
    """A listing as it was asked for. Refuses what cannot be listed."""
    values.identifier(command.organisation_id, "organisation_id")
    values.one_of(codes.SERVICE_KINDS, command.kind, "kind")
    values.one_of(codes.SERVICE_SUBMITTERS, command.submitted_by, "submitted_by")
    _cost(command.cost, command.cost_pence)
    given = {name: value for name in DETAILS if (value := getattr(command, name)) is not None}
    details = _checked({**given, "name": values.said(command.name, "name", 200)})
    wish: dict[str, Any] = {name: value for name, value in details.items() if value}
    return ServiceSubmitted(
        organisation_id=command.organisation_id,
        kind=command.kind,
        needs=_needs(command.needs),
        languages=_languages(command.languages),
        access=values.all_of(codes.SERVICE_ACCESS, command.access, "access"),
        sessions=_sessions(command.sessions),
        cost=command.cost,
        cost_pence=command.cost_pence,
        submitted_by=command.submitted_by,
        by=command.by,
        **wish,
    )


def _details(listing: Listing, command: ChangeServiceDetails) -> tuple[Event, ...]:
    """One event for each field that is another now."""
    values.one_of(codes.SERVICE_SUBMITTERS, command.source, "source")
    given = _checked({name: value for name in DETAILS if (value := getattr(command, name)) is not None})
    if "name" in given:
        values.said(given["name"], "name")
    old = listing.details
    return tuple(
        ServiceDetailsChanged(field=name, old=old.get(name), new=new or None, source=command.source, by=command.by)
        for name, new in given.items()
        if new != old.get(name, "")
    )


def _eligibility(listing: Listing, command: ChangeEligibility) -> tuple[Event, ...]:
    for age, what in ((command.minimum_age, "minimum_age"), (command.maximum_age, "maximum_age")):
        if age is not None:
            values.within(age, 0, LONGEST_AGE, what)
    if (command.minimum_age or 0) > (LONGEST_AGE if command.maximum_age is None else command.maximum_age):
        raise Refused("maximum_age is below minimum_age")
    known = listing.eligibility
    asked = EligibilityChanged(
        criteria_version=known.criteria_version if known else 1,
        minimum_age=command.minimum_age,
        maximum_age=command.maximum_age,
        areas=tuple(dict.fromkeys(values.gss_code(each, "areas") for each in command.areas)),
        inclusion=values.all_of(codes.SERVICE_GROUPS, command.inclusion, "inclusion"),
        exclusion=values.all_of(codes.SERVICE_GROUPS, command.exclusion, "exclusion"),
        by=command.by,
    )
    if set(asked.inclusion) & set(asked.exclusion):
        raise Refused("exclusion names someone the service is for")
    if known is None:
        return (asked,)
    same = replace(known, by=asked.by) == asked
    return () if same else (replace(asked, criteria_version=known.criteria_version + 1),)


def _checked(given: dict[str, str]) -> dict[str, str]:
    """What was given, trimmed and in the form it is stored in. Refuses what cannot be."""
    found = {name: value.strip() for name, value in given.items()}
    values.email_address(found.get("email", ""), "email")
    web_address(found.get("website", ""), "website")
    if found.get("postcode"):
        found["postcode"] = values.postcode(found["postcode"], "postcode")
    for name, longest in (("name", 200), ("description", 4_000), ("phone", 40), ("address", 400)):
        values.at_most(found.get(name, ""), name, longest)
    return found


def _needs(given: tuple[str, ...]) -> tuple[str, ...]:
    if not given:
        raise Refused("needs is missing: say what the service helps with")
    return values.all_of(codes.NEEDS, given, "needs")


def _languages(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values.language(each, "languages") for each in given))


def _sessions(given: tuple[str, ...]) -> tuple[str, ...]:
    for each in given:
        hours = each[4:]
        if not _SESSION.fullmatch(each) or hours[:5] >= hours[6:]:
            raise Refused("sessions must be a day and its hours each, such as mon 10:00-12:00")
    return tuple(dict.fromkeys(given))


def _cost(cost: str, pence: int | None) -> None:
    values.one_of(codes.SERVICE_COSTS, cost, "cost")
    if pence is not None and (pence < 0 or cost == "free"):
        raise Refused("cost_pence must be left out where it is free, and be 0 or more")
