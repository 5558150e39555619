"""Places: practices, the PCN each was in and when, and the trusts of an ICS, in every room that shows them."""

from collections.abc import Iterable
from typing import Final

from commonweal.domain import tenant
from commonweal.kernel.read_model import Change, Put, Remove, Statement
from commonweal.kernel.streams import Fact

_RECEIVED_ON: Final = "({up}.received_at at time zone 'Europe/London')::date"
MEMBERSHIP: Final = f"""select m.practice, m.name, m.pcn from {{membership}} as m
    where m.practice = {{up}}.practice and m.joined_on <= {_RECEIVED_ON} and (m.left_on is null or m.left_on > {_RECEIVED_ON})
    order by m.joined_on desc limit 1"""
"""SQL: the practice of a referral `{up}`, as it was on the day the referral came: one row, or none."""
PRACTICE: Final = (
    "left join lateral (select {up}.practice, m.name, m.pcn from (select) as o left join lateral ("
    + MEMBERSHIP
    + ") as m on true) as {row} on true"
)
"""The join that brings it in as `{row}`, with its code alone where nobody has told of it."""
PCN: Final = f"(select p.pcn from ({MEMBERSHIP.replace('{up}', '{row}')}) as p)"
"""SQL: the PCN of a referral `{row}`."""

PCNS: Final = """(select b.practice, b.day::timestamp at time zone 'Europe/London' as since,
        coalesce(lead(b.day) over (partition by b.practice order by b.day), 'infinity')::timestamp at time zone 'Europe/London' as until,
        (select m.pcn from {membership} as m where m.practice = b.practice and m.joined_on <= b.day and (m.left_on is null or m.left_on > b.day)
            order by m.joined_on desc limit 1) as pcn
    from (select j.practice, j.joined_on as day from {membership} as j
        union select l.practice, l.left_on from {membership} as l where l.left_on is not null) as b)"""
"""SQL: the PCN of each practice from one moment until another: what `MEMBERSHIP` says, for questions about very many referrals."""


def places(fact: Fact) -> Iterable[Statement]:
    """What an event of the ICS changes in the tables `pcn` and `membership`."""
    match fact.event:
        case tenant.PCNFormed(pcn=pcn, name=name):
            yield Put("pcn", {"pcn": pcn, "name": name})
        case tenant.PracticeJoinedPCN() as event:
            yield _joined(event)
        case tenant.PracticeLeftPCN(practice=practice, pcn=pcn, joined_on=joined, left_on=left):
            yield Change("membership", f"{pcn}|{practice}|{joined}", {"left_on": left})
        case _:
            pass


def places_and_trusts(fact: Fact) -> Iterable[Statement]:
    """What it changes in these and in the table `trust`."""
    match fact.event:
        case tenant.TrustConnected(trust=trust, name=name):
            yield Put("trust", {"trust": trust, "name": name})
        case tenant.TrustDisconnected(trust=trust):
            yield Remove("trust", trust)
        case _:
            yield from places(fact)


def _joined(event: tenant.PracticeJoinedPCN) -> Put:
    return Put(
        "membership",
        {
            "membership": f"{event.pcn}|{event.practice}|{event.joined_on}",
            "practice": event.practice,
            "name": event.name,
            "pcn": event.pcn,
            "joined_on": event.joined_on,
            "left_on": None,
        },
    )
