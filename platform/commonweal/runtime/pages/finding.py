"""Finding: the answers of a form that are not on a list of codes but on record, such as the goals of a plan."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from commonweal.console.forms import Choice
from commonweal.console.saved import in_pounds
from commonweal.console.wording import carried, in_london, nhs_number
from commonweal.domain import values as known
from commonweal.domain.directory import community_service
from commonweal.domain.message import Refused
from commonweal.domain.people import consent, person
from commonweal.domain.work import contact, note
from commonweal.runtime import permissions
from commonweal.runtime.pages import chest_filling, chest_finding, chest_reading, plan_finding, reviewed, set_up_finding
from commonweal.runtime.pages.page import Given, Pages, practice_name
from commonweal.runtime.schema import Asker
from projections.person_record import READ_MODEL as PERSON_RECORD

RECORDS: Final = (PERSON_RECORD.folder / "page.graphql").read_text(encoding="utf-8")

Find: TypeAlias = Callable[[Pages, Asker, str, Given], Awaitable[tuple[Choice, ...]]]
"""(pages, who asks, the id in the form's address, what the address brings beside it) → what they may choose from."""


async def link_workers(pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """Who is in post, with how much they carry."""
    capacity = (await pages.ask(asker, "Capacity"))["caseloadCapacity"]
    return tuple(
        Choice(
            value=each["id"],
            text=f"{each['name']}, {carried(each['held'], each['room'])}{' (away)' if each['away'] else ''}",
        )
        for each in capacity
    )


async def organisations(pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """The trusts a referral can be passed on to."""
    found = (await pages.ask(asker, "Organisations"))["caseloadOrganisations"]
    return tuple(Choice(value=each["code"], text=each["name"]) for each in found)


async def own_link_workers(pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """Whoever goes out: oneself, for who is a link worker, else any of those in post."""
    scope = permissions.views(asker.principal.grants).get("tasks")
    own = scope.link_workers if scope is not None else frozenset()
    capacity = (await pages.ask(asker, "Capacity"))["caseloadCapacity"]
    return tuple(Choice(value=each["id"], text=each["name"]) for each in capacity if not own or each["id"] in own)


async def cases(pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """The open cases somebody sees, 200 at most, by the person's name."""
    found = (await pages.ask(asker, "Cases", _CASES))["caseload"]["edges"]
    named = [
        (each["node"]["person"]["name"] or "", each["node"]["person"]["nhsNumber"] or "", each["node"]["id"])
        for each in found
    ]
    return tuple(
        Choice(value=id_, text=", ".join(part for part in (name, nhs_number(number) if number else "") if part))
        for name, number, id_ in sorted(named)
        if name
    )


_CASES: Final = "query Cases { caseload(first: 200) { edges { node { id person { name nhsNumber } } } } }"


async def practices(pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """The practices of today."""
    found = (await pages.ask(asker, "Filters"))["caseloadPractices"]
    return tuple(Choice(value=each["code"], text=practice_name(each)) for each in found)


async def pcns(pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """The PCNs that have a practice today."""
    found = (await pages.ask(asker, "Filters"))["caseloadPractices"]
    named = {each["pcnCode"]: each["pcnName"] for each in found}
    return tuple(Choice(value=code, text=name or code) for code, name in named.items() if code)


async def services(pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """The services of the directory, 200 at most, by name."""
    found = (await pages.ask(asker, "Services", _SERVICES))["directoryServices"]["edges"]
    return tuple(Choice(value=each["node"]["id"], text=each["node"]["name"]) for each in found)


_SERVICES: Final = "query Services { directoryServices(first: 200) { edges { node { id name } } } }"


FOUND: Final[Mapping[str, Find]] = {
    "practices": practices,
    "every_practice": set_up_finding.every_practice,
    "every_pcn": set_up_finding.every_pcn,
    "every_trust": set_up_finding.every_trust,
    "every_programme": set_up_finding.every_programme,
    "every_link_worker": set_up_finding.every_link_worker,
    "places": chest_finding.places,
    "chest_candidates": chest_finding.candidates,
    "chest_running": chest_finding.running,
    "chest_reports": chest_finding.reports,
    "chest_despite": chest_finding.despite,
    "chest_criteria": chest_finding.criteria,
    "chest_eligibility": chest_finding.eligibility,
    "pcns": pcns,
    "link_workers": link_workers,
    "organisations": organisations,
    "own_link_workers": own_link_workers,
    "cases": cases,
    "services": services,
    "plan_goals": plan_finding.goals,
    "plan_domains": plan_finding.domains,
    "plan_frameworks": plan_finding.frameworks,
    "open_plans": plan_finding.open_plans,
}
"""A question's `found` → who looks it up."""


Read: TypeAlias = Callable[[Pages, Asker, str, Given], Awaitable[tuple[tuple[str, str], ...]]]
"""The same → what to read before one answers: (label, words)."""
READ: Final[Mapping[str, Read]] = {
    "review-access": reviewed.glass,
    "close-referral": plan_finding.before_goals_are_met,
    "attach-priority-evidence": chest_finding.evidence,
    "release-effect": chest_finding.effect,
    "assess-application": chest_reading.application,
    "moderate-assessment": chest_reading.application_as_scored,
    "recommend-application": chest_reading.application_as_scored,
    "clear-conflict": chest_reading.conflict,
    "approve-drawdown": chest_reading.standing,
    "make-payment": chest_reading.standing,
    "close-award": chest_reading.standing,
}
"""A form's name → what stands above its questions."""

Fill: TypeAlias = Callable[[Asker, str, Mapping[str, str]], Awaitable[Mapping[str, str]]]
"""(who asks, the id in the form's address, what the address brings beside it) → what stands in the form's inputs before anything is typed."""


async def note_as_it_is(asker: Asker, note_id: str, _given: Mapping[str, str]) -> Mapping[str, str]:
    """What a note says now; nothing of one that belongs to another person."""
    state: note.State = (await asker.tenant.streams.get(note.CATEGORY, note_id)).state
    return {"text": state.text} if state.phase == "signed" and isinstance(state.text, str) else {}


async def contact_as_booked(asker: Asker, contact_id: str, _given: Mapping[str, str]) -> Mapping[str, str]:
    """How and when a contact was going to be."""
    state: contact.State = (await asker.tenant.streams.get(contact.CATEGORY, contact_id)).state
    if state.booked is None:
        return {}
    starts = in_london(state.booked.starts_at)
    day = {"day": f"{starts.day}", "month": f"{starts.month}", "year": f"{starts.year}", "time": f"{starts:%H:%M}"}
    when = {f"{field}_{part}": value for field in ("held_at", "starts_at") for part, value in day.items()}
    return {"medium": state.booked.medium, "attendance": "5", **when}


async def listing_as_it_is(asker: Asker, service_id: str, _given: Mapping[str, str]) -> Mapping[str, str]:
    """What the directory says of a service now, where a form says all of it anew."""
    state: community_service.State = (await asker.tenant.streams.get(community_service.CATEGORY, service_id)).state
    known = state.listing
    if known is None:
        return {}
    pence, ages = known.cost[1], known.eligibility
    filled = {
        "needs": ",".join(known.needs),
        "access": ",".join(known.access),
        "languages": ",".join(known.languages),
        "sessions": "\n".join(known.sessions),
        "cost": known.cost[0],
        "cost_pence": "" if pence is None else in_pounds(pence),
        "mode": known.route[0] if known.route else "",
        "response_sla_days": f"{known.route[1]}" if known.route else "",
    }
    if ages is not None:
        numbers = (("minimum_age", ages.minimum_age), ("maximum_age", ages.maximum_age))
        filled |= {name: f"{age}" for name, age in numbers if age is not None}
        filled |= {"inclusion": ",".join(ages.inclusion), "exclusion": ",".join(ages.exclusion)}
        filled |= {"areas": "\n".join(ages.areas)}
    return filled


async def adjustments_as_they_are(asker: Asker, person_id: str, _given: Mapping[str, str]) -> Mapping[str, str]:
    """All of them are told anew each time: what is ticked stays."""
    state: person.State = (await asker.tenant.streams.get(person.CATEGORY, person_id)).state
    return {"reasonable_adjustments": ",".join(state.reasonable_adjustments)}


async def consent_as_worded(asker: Asker, _person_id: str, given: Mapping[str, str]) -> Mapping[str, str]:
    """Nobody need know the version of what they read out. Who comes because an answer is missing asks for it today."""
    if not given.get("scope"):
        return {"wording_version": consent.WORDING}
    today = asker.reader.today
    day = {"given_on_day": f"{today.day}", "given_on_month": f"{today.month}", "given_on_year": f"{today.year}"}
    return {"wording_version": consent.WORDING, **day}


FILLED: Final[Mapping[str, Fill]] = {
    "give-consent": consent_as_worded,
    "publish-award": chest_finding.award_as_told,
    "reasonable-adjustments": adjustments_as_they_are,
    "correct-details": set_up_finding.details_as_they_are,
    "change-funding": set_up_finding.funding_as_agreed,
    "publish-criteria": set_up_finding.criteria_as_published,
    "change-rule": set_up_finding.rule_as_it_is,
    "publish-framework": set_up_finding.framework_as_published,
    "set-fund-rules": chest_filling.rules_as_they_are,
    "recommend-application": chest_filling.what_is_asked,
    "offer-grant": chest_filling.what_is_recommended,
    "sign-agreement": chest_filling.both_sides,
    "vary-award": chest_filling.award_as_it_is,
    "moderate-assessment": chest_filling.scores_so_far,
    "assess-application": chest_filling.own_scores,
    "amend-note": note_as_it_is,
    "hold-contact": contact_as_booked,
    "move-contact": contact_as_booked,
    "reword-what-matters": plan_finding.what_matters_as_it_is,
    "reword-strength": plan_finding.strength_as_it_is,
    "revise-goal": plan_finding.goal_as_it_is,
    "change-action": plan_finding.action_as_it_is,
    "confirm-gain": plan_finding.gain_as_it_is,
    "change-service-needs": listing_as_it_is,
    "change-service-access": listing_as_it_is,
    "change-service-sessions": listing_as_it_is,
    "change-service-cost": listing_as_it_is,
    "change-service-languages": listing_as_it_is,
    "change-eligibility": listing_as_it_is,
    "set-referral-route": listing_as_it_is,
}
"""A form's name → who fills it in, once it was seen that the one who asks may see the record."""


async def other_record(pages: Pages, asker: Asker, values: dict[str, Any]) -> dict[str, Any]:
    """The other record by its NHS number, its address or its id. Raises `Refused` where nobody they see has that number."""
    typed = str(values["other_id"]).strip()
    if len(digits := "".join(typed.split())) == _NHS_NUMBER and digits.isdigit():
        search = {"nhsNumber": known.nhs_number(digits, "other_id")}
        edges = (await pages.ask(asker, "Search", RECORDS, search=search))["people"]["edges"]
        if not edges:
            raise Refused("other_id: nobody among those you see has this NHS number")
        typed = edges[0]["node"]["id"]
    elif "/people/" in typed:
        typed = re.split(r"[/?#]", typed.partition("/people/")[2])[0]
    return {**values, "other_id": typed}


_NHS_NUMBER: Final = 10
"""Digits."""
MEANT: Final[Mapping[str, Callable[[Pages, Asker, dict[str, Any]], Awaitable[dict[str, Any]]]]] = {
    "flag-duplicate": other_record
}
"""A form's name → what makes the command's values of what was typed, where people name a record otherwise than by its id."""

NAMED: Final[Mapping[str, Callable[[Asker, str], str]]] = {"let-in": set_up_finding.of_who_signs_in}
"""A form's name → what makes the id of the new record from what was typed, where that is not the id itself."""
