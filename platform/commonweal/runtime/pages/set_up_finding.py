"""What stands in the forms that change what is there already: details, posts, programmes, the rule, frameworks, as they are now."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from commonweal.console.forms import Choice
from commonweal.domain import tenant
from commonweal.domain.people import person
from commonweal.domain.plans import framework
from commonweal.domain.referrals import programme
from commonweal.domain.workforce import allocation_rule, link_worker
from commonweal.kernel.fetch import fetch
from commonweal.runtime.access import user_id
from commonweal.runtime.pages.page import Given, Pages
from commonweal.runtime.schema import Asker
from projections.set_up import READ_MODEL
from projections.workforce import READ_MODEL as WORKFORCE
from projections.workforce.graphql import in_post

_DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")


async def every_practice(_pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """The practices that are in a PCN today, by name."""
    state: tenant.State = (await asker.tenant.streams.get("tenant", asker.tenant.ods)).state
    named = {
        practice: name or practice
        for (_, practice, _), (name, left_on) in state.memberships.items()
        if left_on is None or left_on > asker.reader.today
    }
    return _by_name(named)


async def every_pcn(_pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """The PCNs of the ICS, by name."""
    state: tenant.State = (await asker.tenant.streams.get("tenant", asker.tenant.ods)).state
    return _by_name({code: formed.name for code, formed in state.pcns.items()})


async def every_trust(_pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """The trusts that are connected, by name."""
    state: tenant.State = (await asker.tenant.streams.get("tenant", asker.tenant.ods)).state
    return _by_name({code: trust.name for code, trust in state.trusts.items()})


async def every_programme(pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """Every programme that takes referrals, by name."""
    found = (await pages.ask(asker, "SetUp", _DOCUMENT))["programmes"]
    return _by_name({each["code"]: each["name"] for each in found if each["open"]})


async def every_link_worker(_pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """Every link worker who has not left, by name."""
    found = await fetch(asker.reader, WORKFORCE, in_post(asker.reader.today))
    return _by_name({each["id"]: each["name"] for each in found})


def _by_name(named: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(
        Choice(value=code, text=f"{name}, {code}") for code, name in sorted(named.items(), key=lambda each: each[::-1])
    )


async def details_as_they_are(asker: Asker, person_id: str, _given: Given) -> Given:
    """What is known of somebody, so that what is emptied is what is meant to go."""
    state: person.State = (await asker.tenant.streams.get(person.CATEGORY, person_id)).state
    texts = ("name", "address", "postcode", "phone", "email", "language", "stated_gender", "ethnic_category", "lsoa21")
    known = {name: getattr(state, name) for name in (*texts, "worker_gender_preference", "imd_version")}
    filled = {name: value for name, value in known.items() if isinstance(value, str)}
    filled |= {"interpreter": _yes_no(state.interpreter), "care_home": _yes_no(state.care_home)}
    if state.imd_decile is not None:
        filled["imd_decile"] = f"{state.imd_decile}"
    if isinstance(state.date_of_birth, date):
        filled |= _day("date_of_birth", state.date_of_birth)
    return filled


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def _day(field: str, day: date) -> dict[str, str]:
    return {f"{field}_{part}": f"{getattr(day, part)}" for part in ("day", "month", "year")}


async def funding_as_agreed(asker: Asker, worker_id: str, _given: Given) -> Given:
    """Who pays for a post by the latest agreement."""
    state: link_worker.State = (await asker.tenant.streams.get(link_worker.CATEGORY, worker_id)).state
    split = state.terms.funding[-1][1] if state.terms.funding else ()
    return {"funders": "\n".join(f"{funder} {percent}" for funder, percent in split)}


async def criteria_as_published(asker: Asker, code: str, _given: Given) -> Given:
    """Whom a programme is for now."""
    state: programme.State = (await asker.tenant.streams.get(programme.CATEGORY, code)).state
    if (known := state.criteria) is None:
        return {}
    ages = (("minimum_age", known.minimum_age), ("maximum_age", known.maximum_age))
    lists = {name: ",".join(getattr(known, name)) for name in ("practices", "needs", "excluded_needs")}
    return {**{name: f"{age}" for name, age in ages if age is not None}, **lists, "lsoas": "\n".join(known.lsoas)}


async def rule_as_it_is(asker: Asker, code: str, _given: Given) -> Given:
    """The most points each factor gives now."""
    state: allocation_rule.State = (await asker.tenant.streams.get(allocation_rule.CATEGORY, code)).state
    return {factor: f"{getattr(state.most, factor)}" for factor in allocation_rule.FACTORS}


async def framework_as_published(asker: Asker, code: str, _given: Given) -> Given:
    """What a framework asks for now."""
    state: framework.State = (await asker.tenant.streams.get(framework.CATEGORY, code)).state
    return {"name": state.name, "domains": "\n".join(state.domains)}


def of_who_signs_in(asker: Asker, subject: str) -> str:
    """The id of a colleague who signs in where the one who asks does."""
    return user_id(asker.principal.issuer, subject)
