"""A grant: what is asked for and by whom, how it was judged, what was promised and paid, and what can be done next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import applying
from commonweal.console.asks import ASKS
from commonweal.console.numbers import Line, Numbers
from commonweal.console.wording import long_date, plural, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest import (
    assess,
    fund,
    grant,
    grant_application,
    grant_award,
    grant_monitoring,
    grant_payments,
)
from commonweal.domain.chest.money import pounds
from commonweal.runtime import permissions
from commonweal.runtime.organisations import called
from commonweal.runtime.pages.back import position, said
from commonweal.runtime.pages.chest_pieces import DOCUMENT, PHASES, Deed, deeds, places_of
from commonweal.runtime.pages.chest_reading import words
from commonweal.runtime.pages.counted import fresh, let_in
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker
from projections.community_chest import READ_MODEL
from projections.community_chest.whom import SCORES, sees

_DOCUMENT: Final = (READ_MODEL.folder / "grant.graphql").read_text(encoding="utf-8")
_NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "started": ("record-applicant-support", "replace-applicant-link"),
    "submitted": ("check-eligibility", "record-due-diligence"),
    "ineligible": ("check-eligibility", "declare-conflict"),
    "eligible": ("assess-application", "shortlist-application", "record-pitch", "recommend-application"),
    "shortlisted": ("assess-application", "record-pitch", "recommend-application"),
    "assessed": ("assess-application", "moderate-assessment", "record-pitch", "recommend-application"),
    "pitched": ("assess-application", "moderate-assessment", "recommend-application"),
    "recommended": (
        "offer-grant",
        "recommend-application",
        "place-on-reserve",
        "decline-application",
        "declare-conflict",
    ),
    "reserve": ("recommend-application", "place-on-reserve", "decline-application", "declare-conflict"),
    "offered": ("accept-grant", "refuse-grant", "publish-award"),
    "accepted": ("sign-agreement", "refuse-grant", "fund-capacity", "vary-award", "terminate-award", "publish-award"),
    "active": (
        "request-drawdown",
        "ask-for-monitoring",
        "fund-capacity",
        "report-underspend",
        "vary-award",
        "pause-award",
        "terminate-award",
        "close-award",
        "publish-award",
    ),
    "paused": ("resume-award", "vary-award", "terminate-award", "publish-award"),
    "terminated": ("close-award", "publish-award"),
    "closed": ("publish-award",),
}
"""A phase → the forms that are about it."""
_JUDGMENTS: Final = frozenset(
    {
        "check-eligibility",
        "record-due-diligence",
        "assess-application",
        "moderate-assessment",
        "shortlist-application",
        "recommend-application",
        "place-on-reserve",
        "decline-application",
        "declare-conflict",
    }
)
"""What is not for whoever has an interest in the applicant."""
_EITHER_WAY: Final = ("record-due-diligence", "declare-conflict", "place-on-reserve", "decline-application")
_BY_DRAWDOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "requested": ("approve-drawdown", "query-drawdown", "refuse-drawdown"),
    "queried": ("approve-drawdown", "refuse-drawdown"),
    "approved": ("make-payment",),
}
_BY_CONDITION: Final[Mapping[bool | None, tuple[str, ...]]] = {
    None: ("meet-condition", "breach-condition"),
    True: ("breach-condition",),
    False: ("meet-condition",),
}
"""Whether a condition is met → what can be said of it."""
_BY_REPORT: Final[Mapping[str, tuple[str, ...]]] = {
    "due": ("submit-monitoring",),
    "overdue": ("submit-monitoring",),
    "queried": ("submit-monitoring", "accept-monitoring"),
    "submitted": ("accept-monitoring", "query-monitoring"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A drawdown, a payment, a condition or a report: what it is, and what can be done about it."""

    text: str
    deeds: tuple[Deed, ...] = ()


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
    deeds: tuple[Deed, ...]
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
    node = (await pages.ask(asker, "Grant", _DOCUMENT, id=grant_id, position=seen))["grant"]
    if node is None:
        raise Missing("there is no such grant among those you see")
    streams = asker.tenant.streams
    state: grant.State = (await streams.committed(grant.CATEGORY, grant_id)).state
    chest: fund.State = (await streams.committed(fund.CATEGORY, state.fund_id)).state
    voted = state.round_id in chest.rounds and chest.rounds[state.round_id].opened.method == "participatory"
    beside = await pages.ask(asker, "Fund", DOCUMENT, id=state.fund_id, rounds=voted, position=seen)
    known, places = beside["seen"], await places_of(asker)
    back = f"/grants/{grant_id}"
    page = GrantPage(
        title=node["title"] or "Not called anything yet",
        organisation=(await called(asker.tenant, (node["organisation"],)))[node["organisation"]],
        phase=PHASES[node["phase"]],
        fund=chest.founded.name if chest.founded is not None else "",
        fund_href=f"/chests/{state.fund_id}",
        round_href=f"/chests/{state.fund_id}/rounds/{state.round_id}",
        facts=(*_facts(node, state, chest, places), *_scored(asker, state), *_voted(beside, grant_id)),
        words=words(state),
        scores=_scores(state, chest) if _sees_scores(asker, state) else None,
        schedule=_schedule(node, state.phase),
        parts=tuple((heading, parts) for heading, parts in _parts(asker, grant_id, state, chest, back) if parts),
        deeds=_deeds(asker, grant_id, state, chest, back),
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


def _voted(found: Mapping[str, Any], grant_id: str) -> Iterator[tuple[str, str]]:
    """What the votes on it came to, once they are counted."""
    rounds = found.get("fundRounds", {"edges": []})["edges"]
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
    judged, found = state.assessment, chest.rounds.get(state.round_id)
    if found is None or not judged.assessments:
        return None
    rules = chest.rules[found.opened.rules_version]
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


def _parts(
    asker: Asker, grant_id: str, state: grant.State, chest: fund.State, back: str
) -> Iterator[tuple[str, tuple[Part, ...]]]:
    def can(names: tuple[str, ...], **taken: str) -> tuple[Deed, ...]:
        return deeds(asker, names, grant_id, back, **taken)

    yield "Conflicts of interest", tuple(_conflicts(asker, state, chest, can))
    running = state.phase in ("accepted", "active", "paused")
    conditions = state.assessment.recommended.conditions if state.assessment.recommended is not None else ()
    told = conditions if isinstance(conditions, tuple) else ()
    yield (
        "Conditions",
        tuple(
            Part(
                text=f"{text} – {applying.MET[state.award.met.get(number)]}",
                deeds=can(_BY_CONDITION[state.award.met.get(number)], condition=str(number)) if running else (),
            )
            for number, text in enumerate(told, start=1)
        ),
    )
    if "chest_payments" in permissions.views(asker.principal.grants):
        yield from _money(state, can)
    yield (
        "Reports",
        tuple(
            Part(
                text=_report(each),
                deeds=can(_BY_REPORT.get(each.phase, ()), report_id=report_id),
            )
            for report_id, each in state.reports.items()
        ),
    )


def _conflicts(asker: Asker, state: grant.State, chest: fund.State, can: Any) -> Iterator[Part]:
    """One's own is always told; those of others to whoever may clear them."""
    me, others = asker.principal.id, permissions.may(asker.principal.grants, _CLEARS)
    for each, kind in sorted(state.assessment.conflicts.items()):
        why = codes.CONFLICTS.get(kind, kind)
        if each == me:
            yield Part(text=f"You declared a conflict of interest: {why}. Somebody else judges this")
        elif others:
            yield Part(text=f"Somebody does not judge this: {why}", deeds=can(("clear-conflict",), assessor=each))
    grants = asker.principal.grants
    if permissions.may(grants, assess.AssessApplication) and assess.interested(
        state, chest, permissions.sent_by(grants)
    ):
        yield Part(text="Your organisation has an interest in the applicant: somebody else judges this")


def _report(each: grant_monitoring.Report) -> str:
    """How it stands and, once it has come, what it says."""
    told, sent = (
        f"Of {applying.days(each)}, due {long_date(each.asked.due_on)} – {sentence_case(each.phase)}",
        each.submitted,
    )
    if sent is None:
        return told
    people = codes.PEOPLE_BANDS.get(sent.people_band, sent.people_band)
    said_ = f"{sent.sessions:,} sessions, {sent.places:,} places, {people} people, {pounds(sent.spend_pence)} spent"
    learning = f". {sent.learning}" if isinstance(sent.learning, str) and sent.learning else ""
    return f"{told}: {said_}{learning}"


def _drawdown(state: grant.State, each: grant_payments.Drawdown) -> str:
    """What is asked for, how it stands, and what it rests on: whoever approves it reads that first."""
    report = state.reports.get(each.report_id or "")
    many = len(each.evidence)
    said_ = (
        f"{pounds(each.amount)} – {sentence_case(each.phase)}",
        codes.DRAWDOWN_REASONS.get(each.reason, ""),
        "" if report is None else f"with the report of {applying.days(report)}",
        f"with {many} {'document' if many == 1 else 'documents'}" if many else "",
    )
    return ", ".join(each for each in said_ if each)


def _money(state: grant.State, can: Any) -> Iterator[tuple[str, tuple[Part, ...]]]:
    paid, fund_id = state.payments, state.fund_id
    yield (
        "Drawdowns",
        tuple(
            Part(
                text=_drawdown(state, each),
                deeds=can(
                    _BY_DRAWDOWN.get(each.phase, ()),
                    drawdown_id=drawdown,
                    **({"fund_id": fund_id} if each.phase == "approved" else {}),
                ),
            )
            for drawdown, each in paid.drawdowns.items()
        ),
    )
    yield (
        "Payments",
        tuple(
            Part(
                text=f"{pounds(each.amount)} on {long_date(each.paid_on)}, {payment}"
                + (
                    " – the bank did not pay it"
                    if each.failed
                    else f" – {pounds(each.back)} came back"
                    if each.back
                    else ""
                ),
                deeds=can(_by_payment(each, paid.paid), payment_id=payment, fund_id=fund_id),
            )
            for payment, each in paid.payments.items()
        ),
    )
    left = f"{pounds(paid.underspend)} is left over and not returned" if paid.underspend else ""
    free = f"{pounds(paid.to_move_on)} that came back has not gone to another" if paid.to_move_on else ""
    yield (
        "Left over",
        (
            *((Part(text=left, deeds=can(("return-underspend",), fund_id=fund_id)),) if left else ()),
            *((Part(text=free, deeds=can(("reallocate-underspend",), fund_id=fund_id)),) if free else ()),
        ),
    )


def _by_payment(each: grant_payments.Payment, paid: int) -> tuple[str, ...]:
    """What can be said of a payment: one of which something came back was carried out. `paid`: what the grantee has of all."""
    if not min(each.kept, paid):
        return ()
    return ("return-payment",) if each.back or each.amount > paid else ("fail-payment", "return-payment")


_CLEARS: Final = next(ask.command for ask in ASKS if ask.name == "clear-conflict")


def _deeds(asker: Asker, grant_id: str, state: grant.State, chest: fund.State, back: str) -> tuple[Deed, ...]:
    names = (
        *_NEXT.get(state.phase, ()),
        *(_EITHER_WAY if state.phase in grant_application.UNDECIDED else ()),
        *(("record-due-diligence",) if state.phase in _TO_BE_PAID and not _looked_at(state) else ()),
        *(("withdraw-application",) if state.phase in grant_application.BEFORE_OFFER else ()),
    )
    who = asker.principal
    if assess.objection(state, chest, who.id, permissions.sent_by(who.grants)) is not None:
        names = tuple(name for name in names if name not in _JUDGMENTS)
    link = Deed(text="Show the applicant's link", href=f"/grants/{grant_id}/link")
    shown = permissions.may(asker.principal.grants, grant_application.ReplaceApplicantLink)
    return (*((link,) if shown else ()), *_forms(asker, grant_id, state, names, back))


_TO_BE_PAID: Final = frozenset({"recommended", "reserve", "offered", "accepted"}) | grant_award.RUNNING


def _looked_at(state: grant.State) -> bool:
    """Did somebody find that the account is the organisation's own? Nothing is paid before."""
    return state.assessment.diligence is not None and state.assessment.diligence.bank_checked


def _forms(asker: Asker, grant_id: str, state: grant.State, names: tuple[str, ...], back: str) -> tuple[Deed, ...]:
    return tuple(
        deed
        for name in dict.fromkeys(names)
        for deed in deeds(asker, (name,), grant_id, back, **({"fund_id": state.fund_id} if name in _OF_FUND else {}))
    )


_OF_FUND: Final = frozenset(ask.name for ask in ASKS if "fund_id" in ask.taken)
