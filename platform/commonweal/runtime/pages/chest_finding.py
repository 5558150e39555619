"""The answers of a community chest's forms that are on record: places, what a fund scores by, what people need there and who came."""

from collections.abc import Mapping
from typing import Final

from commonweal.console import applying
from commonweal.console.forms import Choice, choices
from commonweal.console.wording import long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest import ballot, fund, grant, grant_application, grant_payments
from commonweal.domain.chest.grant_application import MAY_BE_FUNDED
from commonweal.runtime import votes
from commonweal.runtime.evidence import unmet_need, what_came
from commonweal.runtime.organisations import called, named_places
from commonweal.runtime.pages import chest_told
from commonweal.runtime.pages.page import Given, Pages
from commonweal.runtime.schema import Asker


async def places(_pages: Pages, asker: Asker, _id: str, _given: Given) -> tuple[Choice, ...]:
    """The places of the ICS, by name."""
    named = sorted((name, code) for code, name in (await named_places(asker.tenant)).items())
    return tuple(Choice(value=code, text=name) for name, code in named)


async def criteria(_pages: Pages, asker: Asker, grant_id: str, _given: Given) -> tuple[Choice, ...]:
    """What an application is scored by: the rules its round was opened by."""
    rules = await _rules(asker, grant_id)
    return () if rules is None else choices(codes.ASSESSMENT_CRITERIA, rules.criteria)


async def eligibility(_pages: Pages, asker: Asker, grant_id: str, _given: Given) -> tuple[Choice, ...]:
    """What an applicant must fulfil, by the same rules."""
    rules = await _rules(asker, grant_id)
    return () if rules is None else choices(codes.ELIGIBILITY_RULES, rules.eligibility)


async def evidence(_pages: Pages, asker: Asker, fund_id: str, _given: Given) -> tuple[tuple[str, str], ...]:
    """What would be attached to a fund: of whom it is, and each need with how many have it."""
    snapshot = await unmet_need(asker.tenant, asker.reader, fund_id)
    named = await named_places(asker.tenant)
    areas = {row.area for row in snapshot.rows if row.area}
    where = ", ".join(sorted(named.get(area, area) for area in areas)) or "The whole ICS"
    return (
        ("In the practices of", where),
        ("Referred", f"{long_date(snapshot.since)} to {long_date(snapshot.until)}, in whole months"),
        *(
            (
                sentence_case(codes.NEEDS.get(row.need, row.need))
                + (f", {named.get(row.area, row.area)}" if row.area and len(areas) > 1 else ""),
                f"{row.referrals} people, unmet for {row.unmet}",
            )
            for row in snapshot.rows
        ),
    )


async def effect(_pages: Pages, asker: Asker, fund_id: str, _given: Given) -> tuple[tuple[str, str], ...]:
    """What the funders of a fund would be told."""
    return chest_told.facts(await what_came(asker.tenant, asker.reader, fund_id))


async def candidates(pages: Pages, asker: Asker, fund_id: str, given: Given) -> tuple[Choice, ...]:
    """The applications of a round that can be voted for: those that stood on a ballot were."""
    round_id = given.get("round_id", "")
    stood = set()
    for ballot_id in await votes.of_round(asker.tenant, asker.reader, fund_id, round_id):
        state: ballot.State = (await asker.tenant.streams.get(ballot.CATEGORY, ballot_id)).state
        stood |= {each.grant_id for each in ballot.known(state).candidates}
    found = await _grants(pages, asker, fund_id, _MAY_BE_FUNDED, round_id)
    return tuple(each for each in found if each.value not in stood)


async def running(pages: Pages, asker: Asker, grant_id: str, _given: Given) -> tuple[Choice, ...]:
    """The other grants of the same fund that run."""
    given: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    return tuple(each for each in await _grants(pages, asker, given.fund_id, _RUNNING) if each.value != grant_id)


async def reports(_pages: Pages, asker: Asker, grant_id: str, _given: Given) -> tuple[Choice, ...]:
    """The reports of a grant that have come."""
    given: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    return applying.sent_reports(given)


async def despite(_pages: Pages, asker: Asker, grant_id: str, given: Given) -> tuple[Choice, ...]:
    """What stands against a drawdown today."""
    state: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    drawdown = state.payments.drawdowns.get(given.get("drawdown_id", ""))
    if drawdown is None:
        return ()
    against = grant_payments.stands_against(state.payments, state.award, drawdown.amount, asker.reader.today)
    return choices(codes.APPROVED_DESPITE, against)


async def award_as_told(asker: Asker, grant_id: str, _given: Mapping[str, str]) -> Mapping[str, str]:
    """What everybody may read of it already; before that what the organisation calls it, to be looked at."""
    state: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    if (told := state.award.published) is not None:
        words = {name: text for name in ("title", "summary") if isinstance(text := getattr(told, name), str)}
        return {**words, "unnamed": "yes" if told.unnamed else "no"}
    title = grant_application.title(state.application)
    return {"title": title} if title else {}


_MAY_BE_FUNDED: Final = tuple(sorted(each.upper() for each in MAY_BE_FUNDED))
_RUNNING: Final = ("ACTIVE", "PAUSED")
_PHASE: Final = """{0}: grants(filter: {{fund: $id, round: $round, phase: {0}}}, first: 200) {{
    edges {{ node {{ id title organisation }} }}
}}"""


async def _grants(
    pages: Pages, asker: Asker, fund_id: str, phases: tuple[str, ...], round_id: str | None = None
) -> tuple[Choice, ...]:
    document = f"query Grants($id: ID!, $round: ID) {{ {' '.join(_PHASE.format(phase) for phase in phases)} }}"
    found = await pages.ask(asker, "Grants", document, id=fund_id, round=round_id)
    nodes = [edge["node"] for phase in phases for edge in found[phase]["edges"]]
    names = await called(asker.tenant, {node["organisation"] for node in nodes})
    named = sorted(
        (f"{node['title'] or 'Not called anything yet'}, {names[node['organisation']]}", node["id"]) for node in nodes
    )
    return tuple(Choice(value=id_, text=text) for text, id_ in named)


async def _rules(asker: Asker, grant_id: str) -> fund.FundRulesSet | None:
    asked: grant.State = (await asker.tenant.streams.get(grant.CATEGORY, grant_id)).state
    chest: fund.State = (await asker.tenant.streams.get(fund.CATEGORY, asked.fund_id)).state
    return fund.rules_of(chest, asked.round_id)
