"""What a link worker's plans and connections ask of them: steps of theirs, reviews, providers who have answered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from commonweal.console.page import Way
from commonweal.console.wording import in_london
from commonweal.domain import due
from commonweal.runtime import permissions
from commonweal.runtime.pages import connections, plan_finding
from commonweal.runtime.pages.page import Pages
from commonweal.runtime.schema import Asker

AHEAD: Final = timedelta(days=7)
"""How soon a step or a review is shown before its day."""
_SINCE: Final = timedelta(days=14)
"""How long an answer is news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """A line that leads to someone's plan or connections. `late`: its day has passed; `answered`: `day` is that of the answer."""

    person: Way
    words: str
    day: date
    late: bool = False
    answered: bool = False


async def coming(pages: Pages, asker: Asker, mine: Sequence[str]) -> tuple[Coming, ...]:
    """Of these link workers' cases, as far as whoever asks sees them: by the day, what is late first; then the answers."""
    views = permissions.views(asker.principal.grants, asker.principal.id)
    today = asker.reader.today
    found: list[Coming] = []
    for worker in mine:
        if "plan" in views:
            by = {"linkWorker": worker, "dueBy": (today + AHEAD).isoformat()}
            plans = (await pages.ask(asker, "PlansDue", plan_finding.DOCUMENT, **by))["plans"]
            found += [line for edge in plans["edges"] for line in _of_plan(edge["node"], today)]
        if "connections" in views:
            since = {"linkWorker": worker, "since": due.start_of(today - _SINCE).isoformat()}
            answers = (await pages.ask(asker, "Answered", connections.DOCUMENT, **since))["connections"]
            found += [_answer(edge["node"]) for edge in answers["edges"]]
    return tuple(sorted(found, key=lambda line: (line.answered, line.day)))


def _of_plan(node: Mapping[str, Any], today: date) -> Iterator[Coming]:
    whose = _way(node["person"], "plan")
    if node["phase"] == "ACTIVE" and node["reviewOn"] is not None:
        yield from _due(whose, "Look at the plan again", node["reviewOn"], today)
    for each in node["actions"]:
        if each["who"] == "worker" and each["outcome"] == "OPEN" and each["byWhen"] is not None:
            yield from _due(whose, each["what"] or "A step of the plan", each["byWhen"], today)


def _due(whose: Way, words: str, by: str, today: date) -> Iterator[Coming]:
    day = date.fromisoformat(by)
    if day <= today + AHEAD:
        yield Coming(person=whose, words=words, day=day, late=day < today)


def _answer(node: Mapping[str, Any]) -> Coming:
    service, (state, _) = node["service"]["name"], connections.STATES[node["phase"]]
    day = in_london(datetime.fromisoformat(node["answeredAt"])).date()
    return Coming(
        person=_way(node["person"], "connections"),
        words=f"{service}: {state}" if service else state,
        day=day,
        answered=True,
    )


def _way(someone: Mapping[str, Any], tab: str) -> Way:
    return Way(text=someone["name"] or "Name withheld – erased", href=f"/people/{someone['id']}/{tab}")
