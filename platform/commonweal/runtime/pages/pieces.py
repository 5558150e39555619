"""The pieces of the caseload board: a card for each referral, a filter for each question about them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from commonweal.domain import codes
from commonweal.runtime.pages.page import day, practice_name, priority
from projections.caseload import board

_PLANS: Final = {"ENGAGED": "Begin or open the plan", "IN_SUPPORT": "Open the plan"}
"""A phase in which a plan is made → what the way to it is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the reader of a board may do. `moves`: the columns out of which they may move referrals; `records`, `plans`: they may
    open those; `own`: they see their own cases alone."""

    moves: frozenset[str]
    records: bool
    plans: bool
    own: bool


def card(node: Mapping[str, Any], sight: Sight) -> board.Card:
    """Someone on the board."""
    someone, practice, worker = node["person"], node["practice"], node["linkWorker"]
    return board.Card(
        referral_id=node["id"],
        column=node["stage"].lower(),
        name=someone["name"],
        nhs_number=someone["nhsNumber"],
        age_band=someone["ageBand"],
        practice=practice_name(practice),
        needs=tuple(codes.NEEDS.get(need, need) for need in node["needs"]),
        referred_on=day(node["receivedAt"]),
        since=day(node["since"]),
        priority=priority(node),
        overdue=node["overdue"],
        mark=board.MARKS.get(node["phase"]),
        link_worker=worker["name"] if worker and not sight.own else None,
        may_act=node["stage"].lower() in sight.moves,
        record=f"/people/{someone['id']}/case" if someone["name"] and sight.records else None,
        plan=(_PLANS[node["phase"]], f"/people/{someone['id']}/plan")
        if sight.plans and node["phase"] in _PLANS
        else None,
    )


def filters(found: Mapping[str, Any], chosen: Mapping[str, str], states: Collection[str]) -> tuple[board.Filter, ...]:
    """What can be chosen of `found`, and what is. `states`: the columns the reader may see."""
    workers = [board.Choice(value=each["id"], text=each["name"]) for each in found["caseloadCapacity"]]
    practices = [board.Choice(value=each["code"], text=practice_name(each)) for each in found["caseloadPractices"]]
    pcns = {each["pcnCode"]: each["pcnName"] for each in found["caseloadPractices"]}
    titles = [board.Choice(value=key, text=board.COLUMNS[key]) for key in states]
    asked = (
        ("link_worker", "Link worker", "Everyone", workers),
        ("pcn", "PCN", "All PCNs", [board.Choice(value=code, text=name) for code, name in pcns.items()]),
        ("practice", "Practice", "All practices", practices),
        ("state", "State", "All open", titles),
    )
    return tuple(
        board.Filter(name=name, label=label, everything=everything, choices=tuple(choices), chosen=chosen[name])
        for name, label, everything, choices in asked
        if name != "link_worker" or "to_triage" in states
    )
