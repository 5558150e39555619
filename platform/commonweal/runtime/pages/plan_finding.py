"""What the plan's forms offer to choose from, and what stands in them before anything is typed."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from commonweal.console.forms import Choice
from commonweal.console.saved import in_pounds
from commonweal.console.wording import long_date
from commonweal.domain.plans import framework, plan
from commonweal.runtime import permissions
from commonweal.runtime.pages.page import Given, Pages, day
from commonweal.runtime.schema import Asker
from projections.plan import READ_MODEL

DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
_OPEN: Final = frozenset({"DRAFT", "AGREED", "ACTIVE", "IN_REVIEW"})
_LONGEST: Final = 80


async def goals(pages: Pages, asker: Asker, plan_id: str, _given: Given) -> tuple[Choice, ...]:
    """The goals that are pursued, by their words."""
    found = (await pages.ask(asker, "PlanChoices", DOCUMENT, id=plan_id))["plan"]
    return tuple(
        Choice(value=each["id"], text=_short(each["wording"] or "Words withheld – erased"))
        for each in (found or {"goals": ()})["goals"]
        if each["outcome"] == "OPEN"
    )


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"


async def domains(pages: Pages, asker: Asker, plan_id: str, _given: Given) -> tuple[Choice, ...]:
    """The areas of life of the plan's framework."""
    found = (await pages.ask(asker, "PlanChoices", DOCUMENT, id=plan_id))["plan"]
    named = (domain.split("|") for domain in (found or {"domains": ()})["domains"])
    return tuple(Choice(value=code, text=name) for code, name, _ in named)


async def frameworks(pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """What this ICS published and still uses, after the one built in."""
    published = (await pages.ask(asker, "PlanFrameworks", DOCUMENT))["planFrameworks"]
    ours = Choice(value=framework.BUILT_IN, text=framework.OURS.name)
    theirs = (Choice(value=each["code"], text=each["name"]) for each in published if not each["retired"])
    return (ours, *(each for each in theirs if each.value != framework.BUILT_IN))


async def open_plans(pages: Pages, asker: Asker, referral_id: str, _given: Given) -> tuple[Choice, ...]:
    """The person's open plans: a new one in the same programme takes their place."""
    person_id = (await pages.referral(asker, referral_id))["person"]["id"]
    found = (await pages.ask(asker, "Plans", DOCUMENT, person=person_id))["plans"]["edges"]
    return tuple(
        Choice(value=node["id"], text=f"The plan begun on {long_date(day(node['startedAt']))}")
        for node in (edge["node"] for edge in found)
        if node["phase"] in _OPEN
    )


async def before_goals_are_met(
    pages: Pages, asker: Asker, referral_id: str, _given: Given
) -> tuple[tuple[str, str], ...]:
    """What speaks against closing a referral as “goals met”, as (label, sentence); nothing where nothing does."""
    if "plan" not in permissions.views(asker.principal.grants):
        return ()
    person_id = (await pages.referral(asker, referral_id))["person"]["id"]
    found = (await pages.ask(asker, "Plans", DOCUMENT, person=person_id))["plans"]["edges"]
    states = [await _state(asker, edge["node"]["id"]) for edge in found]
    theirs = [state for state in states if state.referral_id == referral_id and state.phase != "superseded"]
    if not theirs:
        return ((_BEFORE_MET, "There is no plan for this referral, so no goal was agreed that could be met."),)
    (latest, *_) = theirs
    gaps = [f"{plan.GAPS[gap]}." for gap in ("goal", "agreement") if gap in plan.complete(latest)]
    return ((_BEFORE_MET, " ".join(gaps)),) if gaps else ()


_BEFORE_MET: Final = "Before you say that goals were met"


async def _state(asker: Asker, plan_id: str) -> plan.State:
    state: plan.State = (await asker.tenant.streams.get(plan.CATEGORY, plan_id)).state
    return state


async def what_matters_as_it_is(asker: Asker, plan_id: str, given: Mapping[str, str]) -> Mapping[str, str]:
    known = (await _state(asker, plan_id)).words.what_matters.get(given.get("clause_id", ""))
    if known is None or not isinstance(known.words, str):
        return {}
    beside = {"domain": known.domain or "", "language": known.language or ""}
    return {"statement": known.words, "said_by": known.said_by, **beside}


async def strength_as_it_is(asker: Asker, plan_id: str, given: Mapping[str, str]) -> Mapping[str, str]:
    known = (await _state(asker, plan_id)).words.strengths.get(given.get("clause_id", ""))
    if known is None or not isinstance(known.words, str):
        return {}
    return {"text": known.words, "kind": known.kind, "said_by": known.said_by}


async def goal_as_it_is(asker: Asker, plan_id: str, given: Mapping[str, str]) -> Mapping[str, str]:
    known = (await _state(asker, plan_id)).goals.get(given.get("goal_id", ""))
    if known is None or not isinstance(known.words, str):
        return {}
    beside = {"said_by": known.said_by, "owner": known.owner, "domain": known.domain or ""}
    return {"wording": known.words, **beside, **_day("target_date", known.target_date)}


async def action_as_it_is(asker: Asker, plan_id: str, given: Mapping[str, str]) -> Mapping[str, str]:
    known = (await _state(asker, plan_id)).actions.get(given.get("action_id", ""))
    if known is None or not isinstance(known.words, str):
        return {}
    return {"what": known.words, "who": known.who, **_day("by_when", known.by_when)}


async def gain_as_it_is(asker: Asker, plan_id: str, given: Mapping[str, str]) -> Mapping[str, str]:
    known = (await _state(asker, plan_id)).gains.get(given.get("gain_id", ""))
    return {} if known is None else {"amount_pence": in_pounds(known.amount_pence)}


def _day(field: str, on: date | None) -> dict[str, str]:
    if on is None:
        return {}
    return {f"{field}_day": f"{on.day}", f"{field}_month": f"{on.month}", f"{field}_year": f"{on.year}"}
