"""A fund as rows: what it is, what its funders were told, whose pledges it has, its rounds with their ballots, and its money."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from commonweal.domain import values
from commonweal.domain.chest import ballot, fund, fund_awards, fund_effect, fund_pledges, fund_priorities, fund_rounds
from commonweal.domain.due import today
from commonweal.kernel.read_model import Change, Put, Remove, Statement
from commonweal.kernel.streams import Fact


def life(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case fund.FundFounded() as event:
            yield _founded(fact, event)
            for member in event.steering_group:
                yield _steers(fact.identity, member, ())
        case fund.FundRulesSet(version=version):
            yield Change("fund", fact.identity, {"rules_version": version})
        case fund.SteeringMemberAppointed(organisation=member, interests=interests):
            yield _steers(fact.identity, member, interests)
        case fund.SteeringMemberStoodDown(organisation=member):
            yield Remove("steering", f"{fact.identity}|{member}")
        case fund.EvaluationPublished(document_hash=document):
            yield Change("fund", fact.identity, {"evaluation_hash": document})
        case fund.FundReconciled():
            yield Change("fund", fact.identity, {"reconciled": True})
        case _:
            pass


def priorities(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case fund_priorities.PriorityEvidenceAttached() as event:
            yield _evidence(fact, event)
        case fund_priorities.PrioritySet(needs=needs, snapshot_id=snapshot):
            yield Change("fund", fact.identity, {"priorities": list(needs), "priority_snapshot": snapshot})
        case _:
            pass


def _founded(fact: Fact, event: fund.FundFounded) -> Put:
    return Put(
        "fund",
        {
            "fund_id": fact.identity,
            "name": event.name,
            "sort": values.slug(event.name) or "~",
            "areas": list(event.areas),
            "method": event.method,
            "rules_version": 0,
            "priorities": [],
            "priority_snapshot": None,
            "evaluation_hash": None,
            "reconciled": False,
            "founded_at": fact.at,
        },
    )


def _steers(fund_id: str, organisation: str, interests: tuple[str, ...]) -> Put:
    row = {"fund_id": fund_id, "organisation": organisation, "interests": list(interests)}
    return Put("steering", {"steering": f"{fund_id}|{organisation}", **row})


def _evidence(fact: Fact, event: fund_priorities.PriorityEvidenceAttached) -> Put:
    told = {name: getattr(event, name) for name in ("snapshot_id", "as_of", "disclosure_rule", "since", "until")}
    needs = [{"need": row.need, "area": row.area, "people": row.referrals, "unmet": row.unmet} for row in event.rows]
    at = {"position": fact.position, "at_position": event.position, "attached_at": fact.at}
    key = f"{fact.identity}|{event.snapshot_id}"
    return Put("evidence", {"evidence": key, "fund_id": fact.identity, **told, **at, "needs": needs})


_AS_TOLD = ("snapshot_id", "as_of", "disclosure_rule", "grants", "places", "people", "completed", "met")


def effects(fact: Fact) -> Iterable[Statement]:
    if not isinstance(event := fact.event, fund_effect.EffectReleased):
        return
    money = {
        "awarded": event.awarded_pence,
        "pence_per_place": fund_effect.pence_per_place(event.awarded_pence, event.places),
    }
    told = {name: getattr(event, name) for name in _AS_TOLD}
    key = f"{fact.identity}|{event.snapshot_id}"
    yield Put("effect", {"effect": key, "position": fact.position, "fund_id": fact.identity, **told, **money})


def pledges(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case fund_pledges.PledgeMade() as event:
            yield _made(fact, event)
            yield _entry(fact, event.pledge_id, "PLEDGED", level=event.amount_pence)
        case fund_pledges.PledgeConfirmed(pledge_id=pledge, evidence=evidence):
            yield _entry(fact, pledge, "CONFIRMED", reference=evidence)
        case fund_pledges.PledgeReduced(pledge_id=pledge, amount_pence=amount, reason=reason):
            yield _entry(fact, pledge, "REDUCED", level=amount, reason=reason)
        case fund_pledges.PledgeWithdrawn(pledge_id=pledge, reason=reason):
            yield _entry(fact, pledge, "WITHDRAWN", level=0, reason=reason)
        case fund_pledges.MatchConditionMet(pledge_id=pledge):
            yield _entry(fact, pledge, "MATCHED")
        case fund_pledges.MatchConditionFailed(pledge_id=pledge):
            yield _entry(fact, pledge, "UNMATCHED")
        case fund_pledges.FundsReceived(pledge_id=pledge, amount_pence=pence, receipt_id=receipt, received_on=day):
            yield _entry(fact, pledge, "RECEIVED", pence=pence, reference=receipt, day=day)
        case fund_pledges.FundsReturned(pledge_id=pledge, return_id=reference, reason=reason) as event:
            about: dict[str, Any] = {"reference": reference, "reason": reason, "day": event.returned_on}
            yield _entry(fact, pledge, "GIVEN_BACK", pence=-event.amount_pence, **about)
            if (less := event.pledge_pence) is not None:
                yield _entry(fact, pledge, "REDUCED", level=less, entry="less", **about)
        case _:
            pass


def _made(fact: Fact, event: fund_pledges.PledgeMade) -> Put:
    return Put(
        "pledge",
        {
            "pledge": f"{fact.identity}|{event.pledge_id}",
            "position": fact.position,
            "fund_id": fact.identity,
            "pledge_id": event.pledge_id,
            "funder": event.funder,
            "purposes": list(event.purposes),
            "areas": list(event.areas),
            "match_pence": event.match_pence,
            "awards_until": event.awards_until,
            "made_at": fact.at,
        },
    )


def money(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case fund_awards.MoneyCommitted() as event:
            yield from _moved(fact, event, "AWARDED", 1, {"reason": event.reason})
        case fund_awards.MoneyReleased() as event:
            yield from _moved(fact, event, "RELEASED", -1, {"reason": event.reason})
        case fund_awards.MoneyPaid() as event:
            yield from _moved(fact, event, "PAID", 1, {"reference": event.payment_id, "day": event.paid_on})
        case fund_awards.MoneyReturned() as event:
            about = {"reference": event.return_id, "day": event.returned_on, "reason": event.reason}
            yield from _moved(fact, event, "RETURNED", -1, about)
        case _:
            pass


def _moved(fact: Fact, event: fund_awards.Event, kind: str, sign: int, about: dict[str, Any]) -> Iterable[Statement]:
    for share in event.shares:
        yield _entry(fact, share.pledge_id, kind, pence=sign * share.pence, grant_id=event.grant_id, **about)


def _entry(
    fact: Fact,
    pledge_id: str,
    kind: str,
    *,
    level: int | None = None,
    pence: int = 0,
    grant_id: str | None = None,
    reference: str | None = None,
    reason: str | None = None,
    day: date | None = None,
    entry: str = "",
) -> Put:
    """`day`: the one it counts for, where it is not that on which it happened. `entry`: which of several of one event and pledge."""
    return Put(
        "ledger",
        {
            "entry": f"{fact.position}|{pledge_id}" + (f"|{entry}" if entry else ""),
            "position": fact.position,
            "fund_id": fact.identity,
            "pledge": f"{fact.identity}|{pledge_id}",
            "kind": kind,
            "level": level,
            "pence": pence,
            "grant_id": grant_id,
            "reference": reference,
            "reason": reason,
            "day": day or today(fact.at),
            "at": fact.at,
        },
    )


def rounds(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case fund_rounds.RoundOpened() as event:
            yield _opened(fact, event)
        case fund_rounds.RoundExtended(round_id=round_id, closes_on=day):
            yield Change("round", f"{fact.identity}|{round_id}", {"closes_on": day})
        case fund_rounds.RoundClosed(round_id=round_id):
            yield Change("round", f"{fact.identity}|{round_id}", {"closed": True})
        case _:
            pass


_AS_OPENED = (
    "round_id",
    "name",
    "method",
    "rules_version",
    "opens_on",
    "closes_on",
    "least_pence",
    "most_pence",
    "budget_pence",
    "fast_track_below_pence",
)


def _opened(fact: Fact, event: fund_rounds.RoundOpened) -> Put:
    fences = [{"purposes": list(each.purposes), "percent": each.percent} for each in event.ringfences]
    told = {name: getattr(event, name) for name in _AS_OPENED}
    of = {"fund_id": fact.identity, "ringfences": fences, "closed": False, "opened_at": fact.at}
    return Put("round", {"round": f"{fact.identity}|{event.round_id}", **told, **of})


def ballots(fact: Fact) -> Iterable[Statement]:
    """A vote is nobody's business: only that there is one, and what it came to."""
    match fact.event:
        case ballot.BallotOpened() as event:
            about = {"round": f"{event.fund_id}|{event.round_id}", "closes_on": event.closes_on, "opened_at": fact.at}
            nothing: dict[str, Any] = {"turnout": None, "tally": []}
            yield Put("ballot", {"ballot_id": fact.identity, **about, "voters": len(event.voters), **nothing})
        case ballot.VotesCounted(tally=tally, turnout=turnout):
            counts = [{"grant_id": each.grant_id, "votes": each.votes} for each in tally]
            yield Change("ballot", fact.identity, {"turnout": turnout, "tally": counts})
        case _:
            pass
