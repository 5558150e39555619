"""Who looked: a row for every opening, a verdict for those that were reviewed."""

from collections.abc import Iterable
from typing import Any

from commonweal.domain import tenant, user
from commonweal.domain.people import duplicate, person, record_access
from commonweal.domain.referrals import referral
from commonweal.kernel.read_model import Change, Put, Statement
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.people import clear, people
from projections.places import places_and_trusts


def project(fact: Fact) -> Iterable[Statement]:
    """The rows an event makes or changes."""
    event = fact.event
    match event:
        case record_access.PersonRecordOpened():
            yield _access(fact, event, {"what": event.what, "fields": []})
        case record_access.BreakGlassAccessUsed():
            broken = {
                "access_id": event.access_id,
                "reason": event.reason,
                "words": clear(event.words),
                "until": event.until,
            }
            yield _access(fact, event, {"what": "break_glass", "fields": list(event.fields), **broken})
        case record_access.AccessReviewed():
            yield Put(
                "review",
                {
                    "access": f"{fact.identity}|{event.access_id}",
                    "person_id": fact.identity,
                    "verdict": event.verdict,
                    "words": clear(event.words),
                    "reviewed_at": event.reviewed_at,
                    "reviewed_by": event.by,
                },
            )
        case user.UserNamed(display_name=name):
            yield Put("user", {"user_id": fact.identity, "display_name": name})
        case duplicate.PersonsMerged(here="absorbed", survivor_id=survivor):
            yield Change("person", fact.identity, {"merged_into": survivor})
        case duplicate.PersonsUnmerged(here="absorbed"):
            yield Change("person", fact.identity, {"merged_into": None})
        case _ if isinstance(event, person.Event):
            for statement in people(fact, ("name",)):
                if isinstance(statement, Put):
                    yield Put("person", {**statement.row, "merged_into": None})
                else:
                    yield statement
        case _ if isinstance(event, referral.Event):
            yield from cases(fact)
        case _ if isinstance(event, tenant.Event):
            yield from places_and_trusts(fact)
        case _:
            pass


def _access(
    fact: Fact, event: record_access.PersonRecordOpened | record_access.BreakGlassAccessUsed, more: dict[str, Any]
) -> Put:
    broken = {"access_id": None, "reason": None, "words": None, "until": None}
    return Put(
        "access",
        {
            "position": fact.position,
            "person_id": fact.identity,
            "user_id": event.by,
            "role": event.role,
            "opened_at": event.opened_at,
            **broken,
            **more,
        },
    )
