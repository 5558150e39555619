"""What a community chest shows of its money is what the domain says, at every position of whatever was asked of it."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from commonweal.domain.chest import award, fund, fund_pledges, fund_rounds, grant, grant_schedule, money, payment
from commonweal.domain.message import Refused
from commonweal.runtime.installation import Installation
from projections import community_chest
from tests.domain.test_chest import ASKED
from tests.projections.scene import Scene, scene
from tests.projections.test_community_chest import (
    BARKING,
    CHARITY,
    DAY,
    FUND,
    HAVERING,
    LATER,
    OFFICER,
    STATEMENT,
    STEPS,
    SUMS,
    applied,
    drawn,
    offered,
    pledged,
    received,
    returned,
    sums,
)

EXAMPLES = count(1)
KEYS = ("fund_id", "grant_id", "to_grant")


@pytest.fixture(scope="module")
def play(servers: Installation) -> Iterator[Scene]:
    with scene(servers, community_chest.READ_MODEL) as made:
        yield made


def begun() -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """A fund with pledges of every kind and three applications, of which one is paid in part."""
    chest = (
        fund.FoundFund(name="Chest", areas=(BARKING, HAVERING), method="delegated", by="olu"),
        fund.SetFundRules(eligibility=("in_area",), criteria=("need",), weights=(1,), assessors=1, by="olu"),
        *pledged("nhs", "QMF", 1_000_000),
        *pledged("council", "GB-CHC-1054276", 1_000_001, match_pence=900_000),
        *pledged("trust", CHARITY, 333_333, purposes=("loneliness",), areas=(BARKING,)),
        fund_rounds.OpenRound(
            round_id="r1", name="Round", opens_on=DAY, closes_on=LATER, least_pence=1, most_pence=1_500_000,
            budget_pence=2_200_000, ringfences=("loneliness+low_mood",), ringfence_percents=(50,), by="olu",
        ),
        *(received(name, pence) for name, pence in (("nhs", 1_000_000), ("council", 400_000), ("trust", 333_333))),
    )  # fmt: skip
    return (
        ("f1", chest),
        ("g1", applied("A", "loneliness", 1_500_000)),
        ("g2", applied("B", "loneliness", 1_500_000, area=HAVERING)),
        ("g3", applied("C", "food", 1_500_000)),
        ("g1", (*offered("g1", 700_000), *drawn("g1", 333_33))),
        ("g2", offered("g2", 500_000)),
    )


def renamed(command: Any, example: int) -> Any:
    """The same of another fund, so that examples do not meet."""
    here = {each.name for each in fields(command)} & set(KEYS)
    return replace(command, **{name: f"{getattr(command, name)}-{example}" for name in here})


def done(play: Scene, example: int, asked: Iterable[tuple[str, Any]]) -> None:
    for identity, command in asked:
        play.do(f"{identity}-{example}", renamed(command, example))


def tried(play: Scene, example: int, asked: Iterable[tuple[tuple[str, str], Any]]) -> None:
    for (_, identity), command in asked:
        with suppress(Refused):
            done(play, example, [(identity, command)])


def of_grant(play: Scene, identity: str) -> grant.State:
    async def read() -> grant.State:
        streams = play.tenants["QPM"].streams
        state: grant.State = (await streams.committed("grant", identity)).state
        return state

    return play.run(read())


def states(play: Scene, example: int) -> dict[int, fund.State]:
    """The fund after each event of its own, by position."""

    async def read() -> dict[int, fund.State]:
        streams = play.tenants["QPM"].streams
        state, found = fund.INITIAL, {}
        for fact in await streams.understand(await streams.log.after(0, 100_000)):
            if fact.stream_id == f"fund-f1-{example}":
                state = found[fact.position] = fund.evolve(state, fact.event)
        return found

    return play.run(read())


def told(pledge: fund_pledges.Pledge) -> dict[str, int]:
    withdrawn = pledge.phase == "withdrawn"
    return {
        "pledged": 0 if withdrawn else pledge.amount,
        "confirmed": pledge.confirmed,
        "received": pledge.received,
        "awarded": pledge.awarded,
        "paid": pledge.paid,
        "committed": pledge.awarded - pledge.paid,
        "available": pledge.available,
    }


GRANT = (
    "query($id: ID!) { grant(id: $id) { phase awarded paid drawdowns { id phase pence } instalments { dueOn pence } } }"
)
HISTORIES = st.lists(ASKED, min_size=30, max_size=90)


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(HISTORIES)
def test_balances_and_statements_are_the_domains_at_every_position(
    play: Scene, history: list[tuple[tuple[str, str], Any]]
) -> None:
    example = next(EXAMPLES)
    done(play, example, [(identity, each) for identity, commands in begun() for each in commands])
    tried(play, example, history)
    play.catch_up()
    expected = states(play, example)
    assert len(expected) > 15
    for position, state in expected.items():
        at: dict[str, Any] = {"asOf": {"position": position}}
        found = play.ask(FUND, OFFICER, id=f"f1-{example}", **at)["fund"]
        assert found["phase"] == state.phase.upper(), position
        pledges = {name: told(pledge) for name, pledge in state.pledges.items()}
        assert {each["id"]: sums(each) for each in found["pledges"]} == pledges, position
        whole = {name: sum(each[name] for each in pledges.values()) for name in SUMS.split()}
        assert found["balance"] == whole, position
        opening, *moves, closing = play.ask(STATEMENT, OFFICER, fund=f"f1-{example}", **at)["fundStatement"]["rows"]
        for step in STEPS:
            assert opening[step] + sum(each[step] for each in moves) == closing[step] == whole[step], position
    for name in ("g1", "g2", "g3"):
        identity = f"{name}-{example}"
        one, shown = of_grant(play, identity), play.ask(GRANT, OFFICER, id=identity)["grant"]
        assert (shown["phase"], shown["awarded"], shown["paid"]) == (
            one.phase.upper(),
            one.award.amount,
            one.payments.paid,
        )
        drawn_down = {each["id"]: (each["phase"].lower(), each["pence"]) for each in shown["drawdowns"]}
        assert drawn_down == {key: (each.phase, each.amount) for key, each in one.payments.drawdowns.items()}
        schedule = [(each["dueOn"], each["pence"]) for each in shown["instalments"]]
        assert schedule == [(each.due_on.isoformat(), each.pence) for each in grant_schedule.stands(one.award)]
        assert sum(pence for _, pence in schedule) == one.award.amount
        assert falls_due(play, grant=identity)["plannedSoFar"] == one.award.amount


CALENDAR = """query($fund: ID, $grant: ID) { paymentCalendar(fund: $fund, grant: $grant, since: "2026-04-01", months: 60) {
    rows { month due paid plannedSoFar paidSoFar } } }"""


def falls_due(play: Scene, **of: str) -> dict[str, Any]:
    """The last month of all."""
    last: dict[str, Any] = play.ask(CALENDAR, OFFICER, **of)["paymentCalendar"]["rows"][-1]
    return last


def test_where_grants_have_ended_no_more_falls_due_than_was_paid(play: Scene) -> None:
    """One is closed with money over, one ends before it is paid, one is not taken, and one gives back what it did not need."""
    example = next(EXAMPLES)
    (_, chest), *_ = begun()
    done(play, example, [("f1", each) for each in chest])
    due = ((DAY, 100_00), (LATER, 200_00), (date(2027, 4, 1), 300_00))
    for name in ("g1", "g2", "g3", "g4"):
        done(play, example, [(name, each) for each in (*applied("A", "food", 600_00), *offered(name, 600_00, *due))])
    for name, pence in (("g1", 250_00), ("g2", 50_00), ("g4", 600_00)):
        done(play, example, [(name, each) for each in drawn(name, pence)])
    here: dict[str, Any] = {"fund_id": "f1", "by": "olu"}
    done(
        play,
        example,
        [
            ("g1", award.CloseAward(grant_id="g1", **here)),
            ("g2", award.TerminateAward(grant_id="g2", reason="closed_down", **here)),
            ("g3", award.TerminateAward(grant_id="g3", reason="closed_down", **here)),
            *(("g4", each) for each in returned("g4", 350_00)),
        ],
    )
    play.catch_up()
    shown = {
        name: [each["pence"] for each in play.ask(GRANT, OFFICER, id=f"{name}-{example}")["grant"]["instalments"]]
        for name in ("g1", "g2", "g3", "g4")
    }
    assert shown == {"g1": [100_00, 150_00], "g2": [50_00], "g3": [], "g4": [100_00, 150_00]}
    assert falls_due(play, fund=f"f1-{example}")["plannedSoFar"] == 550_00
    balance = play.ask(FUND, OFFICER, id=f"f1-{example}")["fund"]["balance"]
    assert (balance["awarded"], balance["paid"]) == (550_00, 550_00)


def test_a_drawdown_is_paid_until_the_payment_fails(play: Scene) -> None:
    example = next(EXAMPLES)
    done(play, example, [(identity, each) for identity, commands in begun() for each in commands])
    *_, pay = drawn("g2", 100_00, DAY)
    here: dict[str, Any] = {"grant_id": "g2", "fund_id": "f1", "on": LATER, "by": "fin"}
    fail = payment.FailPayment(payment_id=f"p-g2-{DAY}", reason="account", failed_on=LATER, **here)
    done(play, example, [("g2", each) for each in drawn("g2", 100_00, DAY)[:-1]])
    for command, phase in ((pay, "PAID"), (fail, "APPROVED"), (replace(pay, payment_id="again"), "PAID")):
        done(play, example, [("g2", command)])
        play.catch_up()
        (shown,) = play.ask(GRANT, OFFICER, id=f"g2-{example}")["grant"]["drawdowns"]
        assert shown["phase"] == phase


def test_what_was_shown_once_is_shown_again_for_that_position(play: Scene) -> None:
    done(play, 0, [(identity, each) for identity, commands in begun() for each in commands])
    play.catch_up()
    asked: tuple[dict[str, Any], dict[str, Any]] = {"id": "f1-0"}, {"fund": "f1-0"}
    shown = play.ask(FUND, OFFICER, **asked[0])["fund"], play.ask(STATEMENT, OFFICER, **asked[1])["fundStatement"]
    done(play, 0, [("g2", each) for each in drawn("g2", 100_00, DAY)])
    play.catch_up()
    assert play.ask(FUND, OFFICER, **asked[0])["fund"] != shown[0]
    then: dict[str, Any] = {"asOf": {"position": shown[1]["position"]}}
    assert play.ask(FUND, OFFICER, **asked[0], **then)["fund"] == shown[0]
    assert play.ask(STATEMENT, OFFICER, **asked[1], **then)["fundStatement"] == shown[1]
    assert play.ask(FUND, OFFICER, id="f1-0", asOf={"position": 0})["fund"] is None


ROUND = """query($fund: ID!, $asOf: AsOf) { fundRounds(fund: $fund, asOf: $asOf) { edges { node {
    awarded left closed ringfences { purposes percent inside total share } } } } }"""


@pytest.mark.parametrize(("inside", "outside"), [(0, 0), (0, 500_000), (499_999, 500_001), (1, 2), (333, 997), (7, 0)])
@pytest.mark.parametrize("percent", [1, 33, 50, 67, 99, 100])
def test_of_what_is_told_of_a_ringfence_one_reckons_what_the_domain_lacks(
    play: Scene, inside: int, outside: int, percent: int
) -> None:
    name = next(EXAMPLES)
    (_, chest), *_ = begun()
    opened = [
        replace(each, ringfence_percents=(percent,)) if isinstance(each, fund_rounds.OpenRound) else each
        for each in chest
    ]
    done(play, name, [("f1", each) for each in opened])
    for grant_id, purpose, pence in (("g1", "low_mood", inside), ("g2", "food", outside)):
        if pence:
            done(play, name, [(grant_id, each) for each in (*applied("A", purpose, pence), *offered(grant_id, pence))])
    play.catch_up()
    (edge,) = play.ask(ROUND, OFFICER, fund=f"f1-{name}")["fundRounds"]["edges"]
    (fence,) = edge["node"]["ringfences"]
    state = list(states(play, name).values())[-1].rounds["r1"]
    assert (fence["inside"], fence["total"], edge["node"]["left"]) == (inside, inside + outside, state.left)
    assert fence["share"] == (100 * inside // state.total if state.total else None)
    lacking = fund_rounds.missing(fence["inside"], fence["total"], fence["percent"])
    short = [f", {money.pounds(lacking)} more is needed"] if lacking else []
    assert [sentence[-len(end) :] for sentence, end in zip(fund_rounds.shortfalls(state), short, strict=True)] == short
