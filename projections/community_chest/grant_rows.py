"""A grant as rows: how far it has come, what it asks for, when it is to be paid, and the places it pays for."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from commonweal.domain.chest import grant, grant_application, grant_assessment, grant_award
from commonweal.domain.due import today
from commonweal.kernel.read_model import Change, Put, Statement
from commonweal.kernel.streams import Fact
from projections.people import clear

_PHASES: Final[Mapping[type, str]] = {
    grant_application.ApplicationSubmitted: "submitted",
    grant_application.ApplicationWithdrawn: "withdrawn",
    **grant_assessment.PHASES,
    **grant_award.PHASES,
}
_OVER: Final = (
    grant_award.GrantRefused,
    grant_award.AwardTerminated,
    grant_award.AwardClosed,
)


def grants(fact: Fact) -> Iterable[Statement]:
    """What an event of a grant changes."""
    event, each = fact.event, fact.identity
    match event:
        case grant.ApplicationStarted():
            yield _started(fact, event)
            return
        case grant_award.GrantOffered(schedule=schedule) | grant_award.AwardVaried(schedule=schedule):
            yield from _scheduled(fact, schedule)
        case grant_award.CapacityFunded():
            yield _places(each, event)
        case _:
            pass
    columns = {"version": fact.version, **_told(event)}
    if isinstance(event, grant_award.GrantOffered):
        columns["awarded_at"] = fact.at
    if (phase := _PHASES.get(type(event))) is not None:
        columns["phase"] = phase.upper()
    yield Change("grant", each, columns)
    if isinstance(event, _OVER):
        yield _ended(fact)


def _started(fact: Fact, event: grant.ApplicationStarted) -> Put:
    return Put(
        "grant",
        {
            "grant_id": fact.identity,
            "version": fact.version,
            "fund_id": event.fund_id,
            "round": f"{event.fund_id}|{event.round_id}",
            "round_id": event.round_id,
            "organisation": event.organisation,
            "phase": "STARTED",
            **dict.fromkeys(("title", "purpose", "area")),
            "groups": [],
            **dict.fromkeys(("places", "starts_on", "ends_on", "asked", "recommended")),
            "pitched": False,
            "tapers": False,
            "fast_track": False,
            "reserve_rank": None,
            "started_at": fact.at,
            **dict.fromkeys(("submitted_on", "awarded_at", "public_title", "public_summary")),
            "unnamed": False,
        },
    )


def _told(event: object) -> dict[str, Any]:
    match event:
        case grant_application.ApplicationSaved():
            told = {name: getattr(event, name) for name in ("purpose", "area", "places", "starts_on", "ends_on")}
            return {"title": clear(event.title), "groups": list(event.groups), "asked": event.amount_pence, **told}
        case grant_application.ApplicationSubmitted(amount_pence=pence, purpose=purpose, area=area):
            about = {"asked": pence, "purpose": purpose, "area": area}
            return {**about, "submitted_on": event.submitted_on, "fast_track": event.fast_track}
        case grant_assessment.ApplicationRecommended(amount_pence=pence):
            return {"recommended": pence, "reserve_rank": None}
        case grant_assessment.ApplicationPlacedOnReserve(rank=rank):
            return {"reserve_rank": rank}
        case grant_assessment.PitchHeld():
            return {"pitched": True}
        case grant_award.GrantOffered(schedule=schedule) | grant_award.AwardVaried(schedule=schedule):
            return {"tapers": grant_award.tapers(schedule)}
        case grant_award.AwardPublished(title=title, summary=summary, unnamed=unnamed):
            return {"public_title": clear(title), "public_summary": clear(summary), "unnamed": unnamed}
        case _:
            return {}


def _scheduled(fact: Fact, schedule: tuple[grant_award.Instalment, ...]) -> Iterable[Statement]:
    for number, each in enumerate(schedule, start=1):
        key = {"instalment": f"{fact.identity}|{fact.position}|{number}", "position": fact.position}
        yield Put(
            "instalment",
            {**key, "grant_id": fact.identity, "number": number, "due_on": each.due_on, "pence": each.pence},
        )


def _ended(fact: Fact) -> Put:
    row = {"position": fact.position, "grant_id": fact.identity, "over_on": today(fact.at)}
    return Put("ending", {"ending": f"{fact.identity}|{fact.position}", **row})


def _places(grant_id: str, event: grant_award.CapacityFunded) -> Put:
    told = {name: getattr(event, name) for name in ("service_id", "places", "from_on", "to_on")}
    return Put("capacity", {"capacity": f"{grant_id}|{event.capacity_id}", "grant_id": grant_id, **told})
