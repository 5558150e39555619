"""The pieces of the caseload board: a card for each referral, a filter for each question about them."""

from collections.abc import Collection, Mapping
from typing import Any

from commonweal.domain import codes
from commonweal.runtime.pages.page import day, practice_name, priority
from projections.caseload import board


def card(node: Mapping[str, Any], may: Collection[str]) -> board.Card:
    """Someone on the board. `may`: the columns out of which the reader may move referrals."""
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
        link_worker=worker["name"] if worker else None,
        may_act=node["stage"].lower() in may,
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
