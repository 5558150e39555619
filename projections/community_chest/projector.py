"""The community chest: each pound of a fund and each grant, beside whom the services it pays for were needed by."""

from collections.abc import Iterable
from typing import Final

from commonweal.domain import tenant
from commonweal.domain.chest import (
    ballot,
    fund,
    fund_awards,
    fund_effect,
    fund_pledges,
    fund_priorities,
    fund_rounds,
    grant,
    grant_application,
    grant_assessment,
    grant_award,
    grant_monitoring,
    grant_payments,
)
from commonweal.domain.directory import connection, listing
from commonweal.domain.measures import measure
from commonweal.domain.plans import plan, plan_needs
from commonweal.domain.referrals import referral
from commonweal.kernel.read_model import Change, Project, Put, Remove, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.community_chest.fund_rows import ballots, effects, life, money, pledges, priorities, rounds
from projections.community_chest.grant_lines import drawdowns, judged, reports
from projections.community_chest.grant_rows import grants
from projections.places import places
from projections.readings import readings


def _also(part: Project) -> Project:
    """What an event changes of a grant, and then what it changes beside it."""

    def both(fact: Fact) -> Iterable[Statement]:
        yield from grants(fact)
        yield from part(fact)

    return both


def _referral(fact: Fact) -> Iterable[Statement]:
    for each in cases(fact):
        if isinstance(each, Put) and isinstance(fact.event, referral.ReferralReceived):
            yield Put(each.table, {**each.row, "reasons": list(fact.event.reasons), "unmet": [], "ending": None})
        else:
            yield each
    match fact.event:
        case referral.ReferralClosed(reason=reason, unmet_needs=needs):
            yield Change("referral", fact.identity, {"ending": reason, "unmet": list(needs)})
        case referral.ReferralReopened():
            yield Change("referral", fact.identity, {"ending": None, "unmet": []})
        case referral.ReferralRetractedInError():
            yield Remove("referral", fact.identity)
        case _:
            pass


def _plan(fact: Fact) -> Iterable[Statement]:
    if isinstance(fact.event, plan.PlanStarted):
        yield Put("plan", {"plan_id": fact.identity, "referral_id": fact.event.referral_id})


def _need(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case plan_needs.NeedUnmet(need=need, identified_by=who):
            yield Put("unmet", {"unmet": f"{fact.identity}|{need}|{who}", "plan_id": fact.identity, "need": need})
        case (
            plan_needs.NeedIdentified(need=need, identified_by=who)
            | plan_needs.NeedResolved(need=need, identified_by=who)
        ):
            yield Remove("unmet", f"{fact.identity}|{need}|{who}")
        case _:
            pass


def _connection(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case connection.ConnectionOffered() as event:
            known = {name: getattr(event, name) for name in ("person_id", "referral_id", "service_id")}
            yield Put("connection", {"connection_id": fact.identity, **known, "phase": "OFFERED", "started_on": None})
        case connection.ConnectionStarted(started_on=day):
            yield Change("connection", fact.identity, {"phase": "STARTED", "started_on": day})
        case connection.ConnectionCompleted():
            yield Change("connection", fact.identity, {"phase": "COMPLETED"})
        case connection.ConnectionDropped():
            yield Change("connection", fact.identity, {"phase": "DROPPED"})
        case _:
            pass


def _service(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case listing.ServiceSubmitted(name=name):
            yield Put("service", {"service_id": fact.identity, "name": name})
        case listing.ServiceDetailsChanged(field="name", new=new):
            yield Change("service", fact.identity, {"name": new or ""})
        case _:
            pass


def _places(fact: Fact) -> Iterable[Statement]:
    """With the place each PCN is counted to, for awards are made in places."""
    match fact.event:
        case tenant.PCNFormed(pcn=pcn, name=name, place=place):
            yield Put("pcn", {"pcn": pcn, "name": name, "place": place})
        case tenant.PlaceNamed(place=place, name=name):
            yield Put("place", {"place": place, "name": name})
        case _:
            yield from places(fact)


project: Final = by_module(
    {
        fund: life,
        fund_effect: effects,
        fund_pledges: pledges,
        fund_priorities: priorities,
        fund_rounds: rounds,
        fund_awards: money,
        ballot: ballots,
        grant: grants,
        grant_application: grants,
        grant_award: grants,
        grant_assessment: _also(judged),
        grant_payments: _also(drawdowns),
        grant_monitoring: _also(reports),
        referral: _referral,
        plan: _plan,
        plan_needs: _need,
        connection: _connection,
        listing: _service,
        measure: readings,
        tenant: _places,
    }
)
"""The rows an event makes or changes."""
