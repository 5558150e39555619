"""Proposing: who fits somebody who waits, best first, with the reasons; whoever is proposed is asked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import uuid4

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console.wording import carried, sentence_case
from commonweal.domain import codes
from commonweal.domain.workforce import allocation, allocation_rule
from commonweal.domain.workforce import propose as proposing
from commonweal.domain.workforce.allocation_rule import Candidate, Person, Points, Ranked
from commonweal.runtime import permissions
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.called_on import signing_in
from commonweal.runtime.pages import counted
from commonweal.runtime.pages.asks import carry_out
from commonweal.runtime.pages.asks import typed as sent
from commonweal.runtime.pages.back import position
from commonweal.runtime.pages.page import Asked, Missing, Pages, day, priority, signed_in
from commonweal.runtime.pages.workforce import DOCUMENT
from commonweal.runtime.schema import Asker

_OBSTACLES: Final = {"no_account": "Cannot be asked", "away": "Away", "full": "Full"}
_WHY: Final = {
    "no_account": "Nobody signs in as them here yet, so there is nobody to say yes: ask an administrator to let them in"
}
"""An obstacle → what it means, where its tag does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """What one factor gave, of what it gives at most; `share` is in percent. `asked`: the person told what this is weighed by;
    where they did not, everyone is given the most."""

    text: str
    points: int
    most: int
    asked: bool

    @property
    def share(self) -> int:
        return round(100 * self.points / self.most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A link worker: `tag` says why not, where they cannot, and `why` what that means; `asked`: they are asked already."""

    worker_id: str
    name: str
    load: str
    points: int
    factors: tuple[Factor, ...]
    tag: str | None
    why: str | None
    refused: str | None
    asked: bool

    @property
    def can(self) -> bool:
        return self.tag is None and not self.asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposing:
    """The page. `waits`: in which days, needs and language, in words; `open`: nobody has the case yet."""

    referral_id: str
    name: str
    person_href: str
    waits: tuple[tuple[str, str], ...]
    open: bool
    offers: tuple[Offer, ...]
    rule: str
    may: bool
    may_allocate: bool
    csrf_token: str
    key: str
    said: str | None
    mistake: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @get("/referrals/{referral_id:str}/propose")
    async def page(request: Asked, referral_id: str) -> Response[str]:
        return await show(pages, request, await pages.asking.asker(request, "console"), referral_id)

    @post("/referrals/{referral_id:str}/propose")
    async def send(request: Asked, referral_id: str) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await _send(pages, request, asker, referral_id, sent(await request.form()))

    return [page, send]


async def show(
    pages: Pages, request: Asked, asker: Asker, referral_id: str, mistake: str | None = None
) -> Response[str]:
    """The page. Raises `Missing` where there is no such referral among those someone sees."""
    counted.let_in(asker, "allocation", "who can take somebody on")
    after = await position(asker, request.query_params.get("position", ""))
    found = await pages.ask(asker, "Allocate", DOCUMENT, id=referral_id, afterPosition=after)
    case = found["allocationCase"]
    if case is None:
        raise Missing("there is no such referral among those you see")
    rule = _rule(found["allocationRule"])
    let_in = await signing_in(asker.reader, [each["id"] for each in found["allocationCandidates"]])
    candidates = (_candidate(each, signs_in=each["id"] in let_in) for each in found["allocationCandidates"])
    ranked = allocation_rule.rank(rule, _person(case), candidates)
    someone = case["person"]
    page = Proposing(
        referral_id=referral_id,
        name=someone["name"] or "Name withheld – erased",
        person_href=f"/people/{someone['id']}/case",
        waits=_waits(case),
        open=case["stage"] == "WAITING" and not someone["erased"],
        offers=tuple(_offer(each, rule.most, case) for each in ranked),
        rule=f"version {rule.version} of your own rule" if rule.version else "Commonweal's own rule",
        may=permissions.may(asker.principal.grants, proposing.ProposeAllocation),
        may_allocate=permissions.may(asker.principal.grants, allocation.AllocateLinkWorker),
        csrf_token=signed_in(pages.asking, request, asker).csrf_token,
        key=str(uuid4()),
        said="The link worker was asked." if request.query_params.get("done") == "propose" else None,
        mistake=mistake,
    )
    status = 422 if mistake else 200
    return await pages.html(request, asker, "workforce/propose.html", page, status=status, here="/waiting-list")


async def _send(
    pages: Pages, request: Asked, asker: Asker, referral_id: str, typed: Mapping[str, str]
) -> Response[Any]:
    values = {"worker_id": typed.get("worker_id", "")}
    try:
        seen = await carry_out(pages, asker, proposing.ProposeAllocation, referral_id, values, typed)
    except Unanswered as refusal:
        if refusal.code == "INTERNAL":
            raise
        return await show(pages, request, asker, referral_id, sentence_case(str(refusal)))
    return Redirect(f"/referrals/{referral_id}/propose?done=propose&position={seen}", status_code=303)


def _rule(found: Mapping[str, Any]) -> allocation_rule.State:
    factors = ("practice", "language", "continuity", "load", "genderPreference")
    return allocation_rule.State(version=found["version"], most=Points(*(found[name] for name in factors)))


def _person(case: Mapping[str, Any]) -> Person:
    """The same as `propose.waits` makes of the record."""
    return Person(
        practice=case["practice"]["code"],
        language=case["person"]["language"],
        gender_preference=case["person"]["workerGenderPreference"],
        knows=case["lastWorkerId"],
        weight=case["weight"],
    )


def _candidate(node: Mapping[str, Any], *, signs_in: bool) -> Candidate:
    """The same as `propose.candidate` makes of the record, and whether somebody can be asked."""
    return Candidate(
        worker_id=node["id"],
        name=node["name"],
        practices=frozenset(node["practices"]),
        languages=frozenset(node["languages"]),
        gender=node["statedGender"],
        held=node["held"],
        room=node["room"],
        away=node["away"] is not None,
        said_no=node["refused"],
        signs_in=signs_in,
    )


def _offer(ranked: Ranked, most: Points, case: Mapping[str, Any]) -> Offer:
    given, at_most, who = asdict(ranked.points), asdict(most), ranked.candidate
    unasked = not_asked(case["person"])
    return Offer(
        worker_id=who.worker_id,
        name=who.name,
        load=carried(who.held, who.room),
        points=ranked.points.total,
        factors=tuple(
            Factor(text=sentence_case(text), points=given[factor], most=at_most[factor], asked=factor not in unasked)
            for factor, text in allocation_rule.FACTORS.items()
            if at_most[factor]
        ),
        tag=None if ranked.obstacle is None else _OBSTACLES[ranked.obstacle],
        why=_WHY.get(ranked.obstacle or ""),
        refused=None if who.said_no is None else codes.PROPOSAL_REFUSALS.get(who.said_no, who.said_no),
        asked=who.worker_id == case["proposedTo"],
    )


def not_asked(someone: Mapping[str, Any]) -> frozenset[str]:
    """The factors by which everyone fits, since nobody knows the person's language or whom they would rather see."""
    told = {"language": someone["language"], "gender_preference": someone["workerGenderPreference"]}
    return frozenset(factor for factor, answer in told.items() if answer is None)


def _waits(case: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    someone, practice = case["person"], case["practice"]
    wanted = {"1": "a man", "2": "a woman"}.get(someone["workerGenderPreference"] or "")
    language = (someone["language"] or "Not known") + (", needs an interpreter" if someone["interpreter"] else "")
    told = (
        ("Urgency", sentence_case(priority(case) or "routine")),
        ("Waiting since", f"{day(case['waitingSince']):%-d %B %Y}" if case["waitingSince"] else ""),
        ("Practice", practice["name"] or practice["code"] or "No practice"),
        ("Language", language),
        ("Would rather see", wanted or ""),
        ("Needs", ", ".join(codes.NEEDS.get(need, need) for need in case["reasons"])),
        ("Weight", str(case["weight"])),
    )
    return tuple((label, text) for label, text in told if text)
