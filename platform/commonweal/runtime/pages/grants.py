"""A grant: what is asked for and by whom, how it was judged, what was promised and paid, and what can be done next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import applying
from commonweal.console.numbers import Line, Numbers
from commonweal.console.page import Way
from commonweal.console.wording import long_date, plural, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest import (
    assess,
    fund,
    grant,
)
from commonweal.domain.chest.money import pounds
from commonweal.runtime.organisations import called, named_places
from commonweal.runtime.pages.back import position, said
from commonweal.runtime.pages.chest_pieces import PHASES
from commonweal.runtime.pages.chest_reading import words
from commonweal.runtime.pages.counted import fresh, let_in
from commonweal.runtime.pages.grant_deeds import next_deeds
from commonweal.runtime.pages.grant_parts import Part, parts
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker
from projections.community_chest import READ_MODEL
from projections.community_chest.balances import sees
from projections.community_chest.whom import SCORES

_DOCUMENT: Final = (READ_MODEL.folder / "grant.graphql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPage:
    """`words`: what the organisation wrote, (label, text); `parts`: (heading, parts) of what there is; `scores` where somebody scored."""

    title: str
    organisation: str
    phase: str
    fund: str
    fund_href: str
    round_href: str
    facts: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...]
    scores: Numbers | None
    schedule: Numbers | None
    parts: tuple[tuple[str, tuple[Part, ...]], ...]
    deeds: tuple[Way, ...]
    at: datetime
    position: int
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/grants/<grant>`."""

    @get("/grants/{grant_id:str}")
    async def one(request: Asked, grant_id: str) -> Response[str]:
        return await show(pages, request, await pages.asking.asker(request, "console"), grant_id)

    return [one]


async def show(pages: Pages, request: Asked, asker: Asker, grant_id: str) -> Response[str]:
    """The page. Raises Missing where the one who asks sees no such grant."""
    let_in(asker, "chest_grants", "applications")
    seen = await position(asker, request.query_params.get("position", ""))
    told = await pages.ask(asker, "Grant", _DOCUMENT, id=grant_id, position=seen)
    if (node := told["grant"]) is None:
        raise Missing("there is no such grant among those you see")
    streams = asker.tenant.streams
    state: grant.State = (await streams.committed(grant.CATEGORY, grant_id)).state
    chest: fund.State = (await streams.committed(fund.CATEGORY, state.fund_id)).state
    voted = state.round_id in chest.rounds and chest.rounds[state.round_id].opened.method == "participatory"
    votes = await pages.ask(asker, "Votes", _DOCUMENT, fund=state.fund_id, position=seen) if voted else None
    known, places = told["seen"], await named_places(asker.tenant)
    back = f"/grants/{grant_id}"
    page = GrantPage(
        title=node["title"] or "Not called anything yet",
        organisation=(await called(asker.tenant, (node["organisation"],)))[node["organisation"]],
        phase=PHASES[node["phase"]],
        fund=chest.founded.name if chest.founded is not None else "",
        fund_href=f"/chests/{state.fund_id}",
        round_href=f"/chests/{state.fund_id}/rounds/{state.round_id}",
        facts=(*_facts(node, state, chest, places), *_scored(asker, state), *_voted(votes, grant_id)),
        words=words(state),
        scores=_scores(state, chest) if _sees_scores(asker, state) else None,
        schedule=_schedule(node, state.phase),
        parts=tuple((heading, there) for heading, there in parts(asker, grant_id, state, chest, back) if there),
        deeds=next_deeds(asker, grant_id, state, chest, back),
        at=fresh(known, asker.now),
        position=known["position"],
        said=said(request.query_params),
    )
    return await pages.html(request, asker, "community_chest/grant.html", page, here="/chests")


def _facts(
    node: Mapping[str, Any], state: grant.State, chest: fund.State, places: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    starts, ends = node["startsOn"], node["endsOn"]
    found = chest.rounds.get(state.round_id)
    told = (
        ("Round", found.opened.name if found is not None else ""),
        ("Asks for", pounds(node["asked"]) if node["asked"] else ""),
        ("Recommended", pounds(node["recommended"]) if node["recommended"] else ""),
        ("Awarded", pounds(node["awarded"]) if node["awarded"] else ""),
        ("Paid", pounds(node["paid"]) if node["paid"] else ""),
        ("It tapers", "Each instalment brings less than the one before" if node["tapers"] else ""),
        ("For", sentence_case(codes.NEEDS.get(node["purpose"] or "", ""))),
        ("In", places.get(node["area"] or "", node["area"] or "")),
        ("With", sentence_case(", ".join(codes.BENEFICIARY_GROUPS.get(each, each) for each in node["groups"]))),
        ("Places", f"{node['places']:,}" if node["places"] else ""),
        ("From", long_date(date.fromisoformat(starts)) if starts else ""),
        ("To", long_date(date.fromisoformat(ends)) if ends else ""),
        ("Fast track", "No scoring is needed" if node["fastTrack"] else ""),
        ("Place on the reserve list", f"{node['reserveRank']}" if node["reserveRank"] else ""),
        ("Documents", _documents(state)),
        ("It may not be funded", _failed(state)),
        ("Due diligence", _diligence(state)),
    )
    return tuple((label, value) for label, value in told if value)


def _scored(asker: Asker, state: grant.State) -> tuple[tuple[str, str], ...]:
    """By how many, to who is not told how."""
    given = len(state.assessment.assessments)
    if not given or _sees_scores(asker, state):
        return ()
    return (("Scored by", f"{plural(given, 'assessor', 'assessors')}. You see how once you have scored it yourself"),)


def _voted(found: Mapping[str, Any] | None, grant_id: str) -> Iterator[tuple[str, str]]:
    """What the votes on it came to, once they are counted."""
    rounds = found["fundRounds"]["edges"] if found is not None else ()
    for ballot in (each for edge in rounds for each in edge["node"]["ballots"] if each["turnout"] is not None):
        for one in (each for each in ballot["tally"] if each["grantId"] == grant_id):
            voters = plural(ballot["turnout"], "organisation", "organisations")
            yield "Votes", f"{one['votes']:,}, of {voters} that voted"


def _documents(state: grant.State) -> str:
    """How many there are, and how the hash of each begins, by which one knows it again."""
    hashes = state.application.draft.documents if state.application.draft is not None else ()
    begin = ", ".join(f"{each[:_SIGNS]}…" for each in hashes)
    return f"{plural(len(hashes), 'document', 'documents')}, whose SHA-256 begins {begin}" if hashes else ""


_SIGNS: Final = 8
"""Of a hash: enough to tell the documents of an application apart."""


def _failed(state: grant.State) -> str:
    failed = state.assessment.failed
    if failed is None:
        return ""
    rules = ", ".join(codes.ELIGIBILITY_RULES.get(each, each) for each in failed.rules)
    reason = f". {failed.reason}" if isinstance(failed.reason, str) and failed.reason else ""
    return f"It does not meet: {rules}{reason}"


def _diligence(state: grant.State) -> str:
    seen = state.assessment.diligence
    if seen is None:
        return ""
    checked = (
        "account is its own" if seen.bank_checked else "account not its own",
        "safeguarding policy" if seen.safeguarding_policy else "no safeguarding policy",
        f"insured until {long_date(seen.insured_until)}" if seen.insured_until else "",
        f"accounts of {seen.accounts_year}" if seen.accounts_year else "",
    )
    return sentence_case(", ".join(each for each in checked if each))


def _sees_scores(asker: Asker, state: grant.State) -> bool:
    """Whoever judges alone sees how others did once they have scored it themselves."""
    return sees(asker.reader, SCORES) or asker.principal.id in state.assessment.assessments


def _scores(state: grant.State, chest: fund.State) -> Numbers | None:
    judged, rules = state.assessment, fund.rules_of(chest, state.round_id)
    if rules is None or not judged.assessments:
        return None
    given = [(f"Assessor {number}", points) for number, points in enumerate(judged.assessments.values(), start=1)]
    given += [("Agreed", judged.moderated)] if judged.moderated else []
    scored = [(name, {each.criterion: each.score for each in points}) for name, points in given]
    lines = [
        Line(
            text=f"{sentence_case(codes.ASSESSMENT_CRITERIA[criterion])} (counts {weight})",
            cells=tuple(str(scores.get(criterion, "")) for _, scores in scored),
        )
        for criterion, weight in zip(rules.criteria, rules.weights, strict=True)
    ]
    share = Line(
        text=f"Of all points; {rules.pass_percent}% is needed",
        cells=("",) * (len(scored) - 1) + (f"{assess.percent(rules, judged)}%",),
    )
    return Numbers(first="Scored 0 to 5 for", headings=tuple(name for name, _ in scored), lines=(*lines, share))


def _schedule(node: Mapping[str, Any], phase: str) -> Numbers | None:
    if not node["instalments"]:
        return None
    return Numbers(
        first=f"{applying.planned(phase)} from",
        headings=("Sum",),
        lines=tuple(
            Line(text=long_date(date.fromisoformat(each["dueOn"])), cells=(pounds(each["pence"]),))
            for each in node["instalments"]
        ),
    )
