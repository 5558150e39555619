"""Community chests: the funds of an ICS, what each has and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import charts
from commonweal.console.as_at import AsAt, as_at
from commonweal.console.asks import BY_NAME
from commonweal.console.charts import Bars, Step
from commonweal.console.numbers import Line, Numbers
from commonweal.console.page import Way
from commonweal.console.wording import in_london, long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest.money import pounds
from commonweal.runtime import permissions
from commonweal.runtime.export_awards import InFile, gives, in_file
from commonweal.runtime.organisations import called, named_places
from commonweal.runtime.pages.back import position, said
from commonweal.runtime.pages.chest_months import ByMonth, by_month
from commonweal.runtime.pages.chest_pieces import DOCUMENT, MONEY, PHASES, deeds, money_bars, named
from commonweal.runtime.pages.chest_rounds import RoundShown, shown_round
from commonweal.runtime.pages.chest_told import month_by_month, sentence
from commonweal.runtime.pages.counted import fresh, let_in
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker

_PER_PLEDGE: Final = ("confirm-pledge", "receive-funds", "return-funds", "reduce-pledge", "withdraw-pledge")
"""What is confirmed is not confirmed again, and what is awarded or received is not withdrawn. What is there can go back at any time."""
_PER_FUND: Final = (
    "set-fund-rules",
    "make-pledge",
    "open-round",
    "set-priority",
    "appoint-steering-member",
    "reconcile-fund",
)
_ALWAYS: Final = ("publish-evaluation", "release-effect")
"""What is said of a fund also when it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chests:
    """The funds somebody sees."""

    funds: Numbers
    many: int
    at: datetime
    position: int
    may_found: bool
    effect: bool
    said: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeShown:
    title: str
    facts: tuple[tuple[str, str], ...]
    deeds: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FundPage:
    """A fund as it is, or was: `money` as a picture with the same in `numbers`, `steps` with the same in `pipeline`. `effect`: is there
    a page of what comes of it for the one who asks? `judges`: the reader knows of its rounds. `told`: what its funders were told last,
    in words; empty where they were not yet. `public` is the page of its awards, `giving` the file of them, empty where there is none,
    and `left_out` what is said of those that are not in it."""

    name: str
    facts: tuple[tuple[str, str], ...]
    money: Bars
    numbers: Numbers
    pledges: tuple[PledgeShown, ...]
    rounds: tuple[RoundShown, ...]
    judges: bool
    months: ByMonth | None
    pipeline: Numbers
    steps: tuple[Step, ...]
    effect: bool
    told: str
    tellings: Numbers
    deeds: tuple[Way, ...]
    statement: str
    public: str
    giving: str
    left_out: str
    as_at: AsAt
    address: str
    at: datetime
    position: int
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/chests` and `/chests/<fund>`."""

    @get("/chests/{fund_id:str}")
    async def fund(request: Asked, fund_id: str) -> Response[str]:
        return await show_fund(pages, request, await pages.asking.asker(request, "console"), fund_id)

    return [pages.at("/chests", show), fund]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The funds, by name. Raises NotAllowed for a role that sees none."""
    let_in(asker, "chest_funds", "the community chests")
    seen = await position(asker, request.query_params.get("position", ""))
    found = (await pages.ask(asker, "Funds", DOCUMENT, position=seen))["funds"]
    page = Chests(
        funds=_funds([edge["node"] for edge in found["edges"]]),
        many=found["totalCount"],
        at=fresh(found, asker.now),
        position=found["position"],
        may_found=permissions.may(asker.principal.grants, BY_NAME["found-fund"].command),
        effect="chest_effect" in permissions.views(asker.principal.grants),
        said=said(request.query_params),
    )
    return await pages.html(request, asker, "community_chest/chests.html", page, here="/chests")


def _funds(nodes: Sequence[Mapping[str, Any]]) -> Numbers:
    kinds = ("confirmed", "received", "awarded", "paid", "available")
    return Numbers(
        first="Fund",
        headings=("It is", *(MONEY[kind] for kind in kinds)),
        lines=tuple(
            Line(
                text=node["name"],
                cells=(sentence_case(node["phase"].lower()), *(pounds(node["balance"][kind]) for kind in kinds)),
                href=f"/chests/{node['id']}",
            )
            for node in nodes
        ),
    )


async def show_fund(pages: Pages, request: Asked, asker: Asker, fund_id: str) -> Response[str]:
    """One fund. Raises Missing where the one who asks sees no such fund."""
    let_in(asker, "chest_funds", "the community chests")
    moment = as_at(request.query_params, asker.now)
    seen = await position(asker, request.query_params.get("position", ""))
    as_of = None if moment.at is None else {"instant": moment.at.isoformat()}
    judges = "chest_grants" in permissions.views(asker.principal.grants)
    wanted = {"id": fund_id, "asOf": as_of, "position": None if as_of else seen, "rounds": judges}
    found = await pages.ask(asker, "Fund", DOCUMENT, **wanted)
    fund, rounds = found["fund"], found["fundRounds"]["edges"] if judges else []
    if fund is None:
        raise Missing(await _no_fund(pages, asker, fund_id, moment))
    places, names = await named_places(asker.tenant), await called(asker.tenant, _organisations(fund))
    given = await in_file(pages.asking.answer, asker, {"fund": fund_id}) if await gives(asker.tenant) else InFile(0, 0)
    back = f"/chests/{fund_id}"
    pipeline = await _pipeline(pages, asker, fund_id) if moment.at is None else ()
    page = FundPage(
        name=fund["name"],
        facts=_facts(fund, places, names, now=moment.at is None),
        money=money_bars(fund["balance"]),
        numbers=_numbers(fund, names),
        pledges=tuple(_pledge(asker, fund, each, places, names[each["funder"]], back) for each in fund["pledges"]),
        rounds=tuple(shown_round(asker, fund, edge["node"], back) for edge in rounds),
        judges=judges,
        months=await _months(pages, asker, fund_id, as_of, moment.at or asker.now, None if as_of else seen),
        pipeline=_far(pipeline),
        steps=charts.funnel([(PHASES[row["phase"]], row["grants"]) for row in pipeline]),
        effect="chest_effect" in permissions.views(asker.principal.grants),
        told=sentence(fund["effects"][0]) if fund["effects"] else "",
        tellings=month_by_month(fund["effects"]),
        deeds=deeds(asker, (*(() if fund["phase"] == "CLOSED" else _PER_FUND), *_ALWAYS), fund_id, back),
        statement=f"{back}/statement" if "chest_statement" in permissions.views(asker.principal.grants) else "",
        public=f"/awards/{asker.tenant.ods}?fund={fund_id}",
        giving=f"/awards/{asker.tenant.ods}/360giving.json?fund={fund_id}" if given.named else "",
        left_out=given.left_out,
        as_at=moment,
        address=back,
        at=fresh(found["seen"], asker.now),
        position=found["seen"]["position"],
        said=said(request.query_params),
    )
    status = 422 if moment.mistakes else 200
    return await pages.html(request, asker, "community_chest/fund.html", page, status=status, here="/chests")


async def _no_fund(pages: Pages, asker: Asker, fund_id: str, moment: AsAt) -> str:
    """Why there is none to show: of a fund whose past was told later, nothing was on record then."""
    known = moment.at is not None and (await pages.ask(asker, "Fund", DOCUMENT, id=fund_id, rounds=False))["fund"]
    if not known:
        return "there is no such fund among those you see"
    return f"nothing you may see of this fund was on record yet on {moment.words}: what was told later of a day before is not shown there"


def _organisations(fund: Mapping[str, Any]) -> frozenset[str]:
    """The codes of those who steer a fund or give to it."""
    given = (each["funder"] for part in ("funders", "pledges") for each in fund[part])
    return frozenset((*given, *(each["organisation"] for each in fund["steeringGroup"])))


def _facts(
    fund: Mapping[str, Any], places: Mapping[str, str], names: Mapping[str, str], *, now: bool
) -> tuple[tuple[str, str], ...]:
    """Who steers it is told as it is today, whenever one asks of."""
    needs = [codes.NEEDS.get(need, need) for need in fund["priorities"]]
    told = (
        ("It is", sentence_case(fund["phase"].lower())),
        ("For", named(fund["areas"], places)),
        ("Decided by", sentence_case(codes.FUND_METHODS.get(fund["method"], fund["method"]))),
        (
            "Needed most",
            sentence_case(", ".join(needs)) + (", by the evidence attached" if fund["prioritySnapshot"] else ""),
        ),
        (
            "Steered by" if now else "Steered by, today",
            ", ".join(names[each["organisation"]] for each in fund["steeringGroup"]),
        ),
        ("Rules", f"Version {fund['rulesVersion']}" if fund["rulesVersion"] else "None yet"),
        ("Founded", long_date(datetime.fromisoformat(fund["foundedAt"]).date())),
    )
    return tuple((label, value) for label, value in told if value)


def _numbers(fund: Mapping[str, Any], names: Mapping[str, str]) -> Numbers:
    lines = [("Everybody", fund["balance"]), *((names[each["funder"]], each) for each in fund["funders"])]
    return Numbers(
        first="Funder",
        headings=tuple(MONEY.values()),
        lines=tuple(Line(text=name, cells=tuple(pounds(each[kind]) for kind in MONEY)) for name, each in lines),
    )


def _pledge(
    asker: Asker, fund: Mapping[str, Any], each: Mapping[str, Any], places: Mapping[str, str], funder: str, back: str
) -> PledgeShown:
    only = [codes.NEEDS.get(need, need) for need in each["purposes"]]
    facts = (
        (
            "It is",
            sentence_case(each["phase"].lower())
            + ("" if each["counts"] or each["phase"] != "CONFIRMED" else ", not matched yet"),
        ),
        ("Only for", sentence_case(", ".join(only))),
        ("Only in", named(each["areas"], places)),
        ("If others give", pounds(each["matchPence"]) if each["matchPence"] else ""),
        ("To be awarded by", long_date(date.fromisoformat(each["awardsUntil"])) if each["awardsUntil"] else ""),
        *((MONEY[kind], pounds(each[kind])) for kind in ("pledged", "received", "awarded", "paid", "available")),
    )
    open_ = fund["phase"] != "CLOSED" and each["phase"] != "WITHDRAWN"
    never = {"confirm-pledge"} if each["phase"] != "PROPOSED" else {"receive-funds"}
    never |= {"withdraw-pledge"} if each["awarded"] or each["received"] else set()
    never |= set() if each["received"] > each["paid"] else {"return-funds"}
    kept = _PER_PLEDGE if open_ else ("return-funds",)
    offered = tuple(name for name in kept if name not in never)
    return PledgeShown(
        title=f"{each['id']}: {funder}",
        facts=tuple((label, value) for label, value in facts if value),
        deeds=deeds(asker, offered, fund["id"], back, pledge_id=each["id"]),
    )


async def _months(
    pages: Pages, asker: Asker, fund_id: str, as_of: object, now: datetime, seen: int | None
) -> ByMonth | None:
    """What falls due and what is paid, for those who account for it: of five years, so that two to come are among them."""
    if "chest_payments" not in permissions.views(asker.principal.grants):
        return None
    today = in_london(now).date()
    since = date(today.year - _YEARS_BACK, today.month, 1).isoformat()
    found = await pages.ask(asker, "Calendar", DOCUMENT, id=fund_id, month=since, asOf=as_of, position=seen)
    return by_month(found["paymentCalendar"]["rows"], today)


_YEARS_BACK: Final = 3


async def _pipeline(pages: Pages, asker: Asker, fund_id: str) -> Sequence[Mapping[str, Any]]:
    if "chest_grants" not in permissions.views(asker.principal.grants):
        return ()
    found = (await pages.ask(asker, "Pipeline", DOCUMENT, id=fund_id))["grantPipeline"]["rows"]
    order = list(PHASES)
    return sorted(found, key=lambda row: order.index(row["phase"]))


def _far(rows: Sequence[Mapping[str, Any]]) -> Numbers:
    return Numbers(
        first="Applications that are",
        headings=("How many", "They ask for", "They were awarded"),
        lines=tuple(
            Line(text=PHASES[row["phase"]], cells=(f"{row['grants']:,}", pounds(row["asked"]), pounds(row["awarded"])))
            for row in rows
        ),
    )
