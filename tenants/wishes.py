"""What an ICS's log is asked when the ICS is onboarded: how it is put together, then who is there to begin with."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from commonweal.domain import tenant, user
from commonweal.domain.workforce import link_worker
from commonweal.kernel.decider import BEHAVIOURS, DECIDERS
from tenants.ics import ICS, LinkWorker


@dataclass(frozen=True, slots=True)
class Wish:
    """A command for one stream of the ICS's own log."""

    category: str
    identity: str
    command: Any


def wishes(ics: ICS, user_id: Callable[[str], str], today: date) -> tuple[Wish, ...]:
    """What the ICS's log is asked, in order: how it is put together, then who is there to begin with."""
    return (
        Wish(tenant.CATEGORY, ics.ods, ics.configuration(today)),
        *(Wish(link_worker.CATEGORY, worker.id, _engage(worker, ics, today)) for worker in ics.link_workers),
        *(
            Wish(user.CATEGORY, user_id(each.subject), user.GrantUser(role=each.role, scope=each.scope))
            for each in ics.grants
        ),
    )


def adds(state: Any, command: Any) -> tuple[Any, ...]:
    """The events a wish adds to a stream in this state.

    A link worker who is there, and a grant once given, are left as the people who work here have them since.
    """
    match command:
        case link_worker.EngageLinkWorker() if state.phase != "unknown":
            return ()
        case user.GrantUser(role=role, scope=scope) if (role, scope) in state.once:
            return ()
        case _:
            return BEHAVIOURS[type(command)].decide((state,), command)[0]


def events(wished: Iterable[Wish], states: Mapping[tuple[str, str], Any]) -> Counter[str]:
    """How many events of each type these wishes add, one after another, to streams in these states by (category, id)."""
    now = dict(states)
    found: Counter[str] = Counter()
    for wish in wished:
        decider = DECIDERS[wish.category]
        at = (wish.category, wish.identity)
        for event in adds(now.get(at, decider.initial), wish.command):
            now[at] = decider.evolve(now.get(at, decider.initial), event)
            found[type(event).__name__] += 1
    return found


def _engage(worker: LinkWorker, ics: ICS, today: date) -> link_worker.EngageLinkWorker:
    return link_worker.EngageLinkWorker(
        display_name=worker.name,
        employer=worker.employer,
        pcns=worker.pcns,
        fte_percent=worker.fte_percent,
        languages=worker.languages,
        skills=worker.skills,
        caseload_limit=worker.caseload_limit or ics.policies.caseload_limit,
        engaged_on=today,
    )
