"""A person's plan as they could be handed it: what matters first, with the way to each form beside it on the screen."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.page import Way
from commonweal.console.wording import long_date
from commonweal.domain.directory import connect
from commonweal.domain.plans import plan_start
from commonweal.runtime import permissions
from commonweal.runtime.pages import plan_lines
from commonweal.runtime.pages.back import position
from commonweal.runtime.pages.page import Asked, Missing, Pages, day
from commonweal.runtime.pages.plan_changes import changes
from commonweal.runtime.pages.plan_finding import DOCUMENT
from commonweal.runtime.pages.plan_shown import Begun, Gap, NoPlan, Plan, Turn
from commonweal.runtime.pages.record import record
from commonweal.runtime.schema import Asker

PHASES: Final = {
    "DRAFT": "Being written",
    "AGREED": "Agreed",
    "ACTIVE": "Agreed and under way",
    "IN_REVIEW": "In review",
    "COMPLETED": "Completed",
    "ENDED_EARLY": "Ended early",
    "SUPERSEDED": "Another plan took its place",
}
_OPEN: Final = ("DRAFT", "AGREED", "ACTIVE", "IN_REVIEW")
_GAPS: Final = {
    "WHAT_MATTERS": ("What matters to the person is written down", "record-what-matters", "Write down what matters"),
    "GOAL": ("There is a goal, and it is somebody’s", "agree-goal", "Agree a goal"),
    "ACTION": ("There is an action: who does what by when", "add-action", "Add an action"),
    "REVIEW": (
        "There is a day on which to look at the plan again",
        "schedule-plan-review",
        "Set the day of the review",
    ),
    "AGREEMENT": ("The person agrees to it", "agree-plan", "Record that they agree"),
    "COPY": ("The person was offered a copy", "", ""),
}
"""What a plan may lack (`PlanGap`) → what it is when it is there, and the form that puts it right."""
_TURNS: Final = {
    "STARTED": "Begun",
    "AGREED": "Agreed",
    "REVIEW_STARTED": "A review was begun",
    "REVISED": "A review was finished",
    "REVIEW_MISSED": "A review was missed",
    "COMPLETED": "Completed",
    "ENDED_EARLY": "Ended early",
    "SUPERSEDED": "Another plan took its place",
}


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/people/<id>/plan`, `/people/<id>/plan/changes`."""

    return [
        pages.of_person("/people/{person_id:str}/plan", show),
        pages.of_person("/people/{person_id:str}/plan/changes", changes),
    ]


async def show(pages: Pages, request: Asked, asker: Asker, person_id: str) -> Response[str]:
    """The tab of a person's record: the plan the address names, else the open one, else the last."""
    seen = await position(asker, request.query_params.get("position", ""))
    found = (await pages.ask(asker, "Plans", DOCUMENT, person=person_id, afterPosition=seen))["plans"]["edges"]
    begun = [edge["node"] for edge in found]
    cases = (await pages.ask(asker, "PlanCases", DOCUMENT, person=person_id))["planCases"]
    may = permissions.may(asker.principal.grants, plan_start.StartPlan)
    start = tuple(_start(each, person_id) for each in cases if each["openPlan"] is None) if may else ()
    wanted = _wanted(begun, request.query_params.get("plan", ""))
    body: object = NoPlan(start=start)
    if wanted is not None:
        node = (await pages.ask(asker, "Plan", DOCUMENT, id=wanted))["plan"]
        others = _others(begun, wanted, person_id)
        services = _directory(asker, cases, node, person_id)
        body = _plan(node, person_id, asker.reader.today, others, start, services, may=may)
    return await record(pages, request, asker, person_id, "plan", "plan/page.html", body)


def _directory(asker: Asker, cases: Iterable[Mapping[str, Any]], node: Mapping[str, Any], person_id: str) -> str:
    """Where a service is looked for while the plan is open; empty where the one who asks may offer none."""
    case = next((each["id"] for each in cases if each["openPlan"] == node["id"]), None)
    may = permissions.may(asker.principal.grants, connect.OfferConnection)
    return f"/directory?{urlencode({'referral': case, 'person': person_id})}" if may and case else ""


def _wanted(begun: Iterable[Mapping[str, Any]], named: str) -> str | None:
    """Raises `Missing` where the address names a plan that is none of theirs."""
    known: list[str] = [each["id"] for each in sorted(begun, key=lambda each: each["phase"] not in _OPEN)]
    if named and named not in known:
        raise Missing("there is no such plan among those you see")
    return named or (known[0] if known else None)


def _start(case: Mapping[str, Any], person_id: str) -> Way:
    back = urlencode({"back": f"/people/{person_id}/plan"})
    received = long_date(day(case["receivedAt"]))
    return Way(text=f"Start a plan for the referral of {received}", href=f"/do/start-plan/{case['id']}?{back}")


def _others(begun: Iterable[Mapping[str, Any]], here: str, person_id: str) -> tuple[Begun, ...]:
    return tuple(
        Begun(
            way=Way(
                text=f"The plan begun on {long_date(day(each['startedAt']))}",
                href=f"/people/{person_id}/plan?plan={each['id']}",
            ),
            phase=PHASES[each["phase"]],
        )
        for each in begun
        if each["id"] != here
    )


def _plan(
    node: Mapping[str, Any],
    person_id: str,
    today: date,
    others: tuple[Begun, ...],
    start: tuple[Way, ...],
    services: str,
    *,
    may: bool,
) -> Plan:
    to = plan_lines.Doing(node["id"], f"/people/{person_id}/plan?plan={node['id']}")
    writes = may and node["phase"] in _OPEN and not node["person"]["erased"]
    known = plan_lines.Doing(to.plan_id, to.back, may=may and not node["person"]["erased"])
    doing = plan_lines.Doing(to.plan_id, to.back, may=writes, directory=services)
    name = node["person"]["name"] or "The person"
    return Plan(
        plan_id=node["id"],
        name=name,
        phase=PHASES[node["phase"]],
        draft=node["phase"] == "DRAFT",
        facts=_facts(node),
        late=_late(node, today),
        gaps=_gaps(node, doing) if node["phase"] in _OPEN and node["missing"] else (),
        matters=plan_lines.matters(node, doing),
        strengths=plan_lines.strengths(node, doing),
        seen_by_referrer=plan_lines.seen_by_referrer(node, doing),
        seen_by_us=plan_lines.seen_by_us(node, doing),
        goals=plan_lines.goals(node, doing),
        loose=plan_lines.loose_actions(node, doing),
        shares=plan_lines.shares(node, known),
        proposals=plan_lines.proposals(node, doing),
        gains=plan_lines.gains(node, known),
        turns=_turns(node, person_id),
        now=_now(node, doing),
        ends=_ends(node, doing),
        add={what: doing.ways((text, form, {})) for what, (text, form) in _ADD.items()},
        others=others,
        start=start,
    )


_ADD: Final = {
    "matters": ("Write down what matters", "record-what-matters"),
    "strengths": ("Write down what they can build on", "record-strength"),
    "needs": ("Write down a need", "identify-need"),
    "goals": ("Agree a goal", "agree-goal"),
    "actions": ("Add an action", "add-action"),
    "shares": ("Share the plan", "share-plan"),
    "proposals": ("Write down a suggestion", "propose-plan-change"),
    "gains": ("Record what advice brought", "record-gain"),
}
"""A part of the page → the words and the form that add to it."""


def _facts(node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    agreed = {"person": "The person", "representative": "Their representative"}.get(node["agreedBy"] or "", "")
    begun = long_date(day(node["startedAt"])) + (f", by {node['startedBy']}" if node["startedBy"] else "")
    asked = (
        ("Begun", begun),
        ("Agreed", f"{plan_lines.on(node['agreedOn'])}. {agreed} said yes" if node["agreedOn"] else "Not yet"),
        ("Next review", f"By {plan_lines.on(node['reviewOn'])}" if node["reviewOn"] else "No day is set"),
        ("Last review", plan_lines.on(node["reviewedOn"]) if node["reviewedOn"] else ""),
        ("Ended", long_date(day(node["endedAt"])) if node["endedAt"] else ""),
        ("Why", plan_lines.closure(node["ending"]) if node["ending"] else ""),
    )
    return tuple((label, value) for label, value in asked if value)


def _late(node: Mapping[str, Any], today: date) -> str | None:
    if node["phase"] != "ACTIVE" or not node["reviewOn"] or date.fromisoformat(node["reviewOn"]) >= today:
        return None
    return f"This plan should have been looked at again by {plan_lines.on(node['reviewOn'])}."


def _gaps(node: Mapping[str, Any], doing: plan_lines.Doing) -> tuple[Gap, ...]:
    """The checklist. The agreement can be recorded once nothing but it and the copy is missing; the copy is said with it."""
    ready = not set(node["missing"]) - {"AGREEMENT", "COPY"}
    found = []
    for code, (text, form, way) in _GAPS.items():
        done = code not in node["missing"]
        ways = () if done or not form or (code == "AGREEMENT" and not ready) else doing.ways((way, form, {}))
        found.append(Gap(text=text, done=done, ways=ways))
    return tuple(found)


def _now(node: Mapping[str, Any], doing: plan_lines.Doing) -> tuple[Way, ...]:
    review: plan_lines.Form = ("Review the plan", "start-plan-review", {})
    forms: Mapping[str, tuple[plan_lines.Form, ...]] = {
        "ACTIVE": (review, ("Set the day of the review", "schedule-plan-review", {})),
        "IN_REVIEW": (("Finish the review", "finish-plan-review", {}),),
    }
    return doing.ways(*forms.get(node["phase"], ()))


def _ends(node: Mapping[str, Any], doing: plan_lines.Doing) -> tuple[Way, ...]:
    forms: tuple[plan_lines.Form, ...] = (("End the plan early", "end-plan", {}),)
    if node["phase"] in ("ACTIVE", "IN_REVIEW"):
        forms = (("The plan is complete", "complete-plan", {}), *forms)
    return doing.ways(*forms)


def _turns(node: Mapping[str, Any], person_id: str) -> tuple[Turn, ...]:
    """The plan's way, the latest first; from each but the last one can look at what changed up to the next."""
    turns = node["milestones"]
    found = []
    for number, each in enumerate(turns):
        until = turns[number + 1]["version"] if number + 1 < len(turns) else node["version"]
        query = urlencode({"plan": node["id"], "from": each["version"], "to": until})
        changed = Way(text="What changed after it", href=f"/people/{person_id}/plan/changes?{query}")
        found.append(
            Turn(
                text=_TURNS[each["kind"]],
                why=plan_lines.turn_reason(each["kind"], each["reason"]),
                on=day(each["at"]),
                by=each["by"],
                changed=changed if until > each["version"] else None,
            )
        )
    return tuple(reversed(found))
