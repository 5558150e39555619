"""What holds of a community chest after whatever was asked of it: no pound is promised twice, paid twice, or lost."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.domain import codes
from commonweal.domain.chest import (
    assess,
    award,
    fund,
    fund_awards,
    fund_pledges,
    fund_rounds,
    grant,
    grant_application,
    grant_assessment,
    grant_award,
    grant_monitoring,
    grant_payments,
    grant_schedule,
    money,
    payment,
    underspend,
)
from commonweal.domain.message import Refused
from tests.domain.test_laws_together import ALONE, World, alone, decided_together
from tests.given import BY_CATEGORY, after, state_of
from tests.luck import tried

DAY = date(2026, 4, 1)
LATER = date(2026, 9, 1)
HASH = "0" * 64
BARKING, HAVERING = "E09000002", "E09000016"
NHS, COUNCIL, TRUST = "QMF", "GB-CHC-1054276", "GB-CHC-1054277"
GRANTS = ("g1", "g2", "g3")
PLEDGES = ("nhs", "council", "trust", "late")
FUND = ("fund", "f1")
BUDGET = 2_200_000

SUMS = st.sampled_from([1, 7, 99, 100_00, 333_33, 500_000, 499_999, 1_000_001]) | st.integers(1, 2_000_000)


def pledge(name: str, funder: str, pence: int, **known: Any) -> fund_pledges.PledgeMade:
    return fund_pledges.PledgeMade(pledge_id=name, funder=funder, amount_pence=pence, by="olu", **known)


FOUNDED = (
    fund.FundFounded(
        name="Barking and Dagenham community chest",
        areas=(BARKING, HAVERING),
        method="panel",
        steering_group=(COUNCIL,),
        by="olu",
    ),
    fund.FundRulesSet(
        version=1, eligibility=("in_area",), criteria=("need",), weights=(1,), assessors=1, pass_percent=50, votes=3, by="olu"
    ),
    pledge("nhs", NHS, 1_000_000),
    fund_pledges.PledgeConfirmed(pledge_id="nhs", by="olu"),
    pledge("council", COUNCIL, 1_000_001, match_pence=900_000),
    fund_pledges.MatchConditionMet(pledge_id="council", matched_pence=1_000_000),
    fund_pledges.PledgeConfirmed(pledge_id="council", by="olu"),
    pledge("trust", TRUST, 333_333, purposes=("loneliness",), areas=(BARKING,)),
    fund_pledges.PledgeConfirmed(pledge_id="trust", by="olu"),
    fund_rounds.RoundOpened(
        round_id="r1",
        name="Round 1",
        method="panel",
        rules_version=1,
        opens_on=DAY,
        closes_on=DAY,
        least_pence=1,
        most_pence=1_500_000,
        budget_pence=BUDGET,
        ringfences=(fund_rounds.Ringfence(("loneliness", "low_mood"), 50),),
        by="olu",
    ),
    *(
        fund_pledges.FundsReceived(
            pledge_id=name, receipt_id=f"bank-{name}", amount_pence=pence, received_on=DAY, by="fin"
        )
        for name, pence in (("nhs", 1_000_000), ("council", 400_000), ("trust", 333_333))
    ),
)  # fmt: skip


def recommended(purpose: str, area: str) -> tuple[grant.Event, ...]:
    return (
        grant.ApplicationStarted(
            fund_id="f1", round_id="r1", organisation=TRUST, link_id="l1", link_expires_on=LATER, by="olu"
        ),
        grant_application.ApplicationSubmitted(
            amount_pence=1_500_000, purpose=purpose, area=area, submitted_on=DAY, fast_track=False
        ),
        grant_assessment.ApplicationRecommended(amount_pence=1_500_000, conditions=("Have a policy",), by="olu"),
        grant_assessment.DueDiligenceRecorded(bank_checked=True, safeguarding_policy=True, by="olu"),
    )


def approved(drawdown: str) -> grant_payments.ApproveDrawdown:
    """Whatever stands against it."""
    despite = tuple(codes.APPROVED_DESPITE)
    return grant_payments.ApproveDrawdown(drawdown_id=drawdown, despite=despite, on=DAY, by="olu")


BEGUN: World = {
    FUND: state_of(fund, *FOUNDED),
    ("grant", "g1"): state_of(grant, *recommended("loneliness", BARKING)),
    ("grant", "g2"): state_of(grant, *recommended("loneliness", HAVERING)),
    ("grant", "g3"): state_of(grant, *recommended("food", BARKING)),
}
OF_FUND = st.one_of(
    st.builds(
        fund_pledges.MakePledge,
        pledge_id=st.just("late"),
        funder=st.just(NHS),
        amount_pence=SUMS,
        match_pence=st.sampled_from([0, 500_000]),
        by=st.just("olu"),
    ),
    st.builds(fund_pledges.ConfirmPledge, pledge_id=st.sampled_from(PLEDGES), by=st.just("olu")),
    st.builds(
        fund_pledges.ReducePledge,
        pledge_id=st.sampled_from(PLEDGES),
        amount_pence=st.sampled_from([333_333, 499_999, 500_000, 900_001, 1_000_000]),
        reason=st.just("budget_cut"),
        by=st.just("olu"),
    ),
    st.builds(
        fund_pledges.WithdrawPledge, pledge_id=st.sampled_from(PLEDGES), reason=st.just("no_match"), by=st.just("olu")
    ),
    st.builds(
        fund_pledges.ReturnFunds,
        pledge_id=st.sampled_from(PLEDGES),
        return_id=st.sampled_from(["out-1", "out-2", "bank-nhs"]),
        amount_pence=SUMS,
        returned_on=st.just(DAY),
        reason=st.sampled_from(sorted(codes.FUNDS_RETURNS)),
        on=st.just(DAY),
        by=st.just("fin"),
    ),
    st.builds(
        fund_pledges.ReceiveFunds,
        pledge_id=st.sampled_from(PLEDGES),
        receipt_id=st.sampled_from(["b1", "b2", "b3"]),
        amount_pence=SUMS,
        received_on=st.just(DAY),
        on=st.just(DAY),
        by=st.just("fin"),
    ),
    st.builds(fund_rounds.CloseRound, round_id=st.just("r1"), on=st.just(LATER), by=st.just("olu")),
    st.builds(fund.ReconcileFund, by=st.just("olu")),
)
DRAWDOWN, PAID, BACK = (
    st.sampled_from(["d1", "d2"]),
    st.sampled_from(["p1", "p2"]),
    st.sampled_from(["x1", "x2"]),
)


def of_grant(grant_id: str) -> st.SearchStrategy[Any]:
    """What may be asked about one grant. Sums near to each other, so that much of it can be granted."""
    here: dict[str, Any] = {"grant_id": st.just(grant_id), "fund_id": st.just("f1"), "by": st.just("olu")}
    finance = here | {"by": st.just("fin"), "on": st.just(LATER)}

    def scheduled(command: type, **more: Any) -> st.SearchStrategy[Any]:
        return SUMS.flatmap(
            lambda pence: st.builds(
                command,
                amount_pence=st.just(pence),
                schedule_on=st.just((LATER,)),
                schedule_pence=st.just((pence,)),
                on=st.just(DAY),
                **here,
                **more,
            )
        )

    return st.one_of(
        scheduled(award.OfferGrant),
        scheduled(award.OfferGrant),
        st.builds(grant_award.AcceptGrant, on=st.just(DAY)),
        st.builds(
            grant_award.SignAgreement,
            document_hash=st.just(HASH),
            signed_for=st.just((NHS, TRUST)),
            signed_on=st.just(DAY),
            on=st.just(DAY),
            by=st.just("olu"),
        ),
        scheduled(award.VaryAward, reason=st.just("agreed")),
        st.builds(award.RefuseGrant, reason=st.just("amount"), **here),
        st.builds(award.TerminateAward, reason=st.just("agreed"), **here),
        st.builds(award.CloseAward, **here),
        st.builds(grant_payments.RequestDrawdown, drawdown_id=DRAWDOWN, amount_pence=SUMS, on=st.just(DAY)),
        DRAWDOWN.map(approved),
        st.builds(grant_payments.QueryDrawdown, drawdown_id=DRAWDOWN, reason=st.just("no_evidence"), by=st.just("olu")),
        st.builds(grant_payments.RefuseDrawdown, drawdown_id=DRAWDOWN, reason=st.just("mistake"), by=st.just("olu")),
        st.builds(payment.MakePayment, payment_id=PAID, drawdown_id=DRAWDOWN, paid_on=st.just(LATER), **finance),
        st.builds(payment.FailPayment, payment_id=PAID, reason=st.just("name"), failed_on=st.just(LATER), **finance),
        st.builds(
            payment.ReturnPayment,
            payment_id=PAID,
            return_id=BACK,
            amount_pence=SUMS,
            returned_on=st.just(LATER),
            **finance,
        ),
        st.builds(grant_payments.ReportUnderspend, amount_pence=SUMS, on=st.just(LATER)),
        st.builds(
            underspend.ReturnUnderspend, return_id=BACK, amount_pence=SUMS, returned_on=st.just(LATER), **finance
        ),
        st.builds(
            underspend.ReallocateUnderspend,
            reallocation_id=st.sampled_from(["m1", "m2"]),
            to_grant=st.sampled_from(GRANTS),
            amount_pence=SUMS,
            due_on=st.just(LATER),
            **finance,
        ),
    ).map(lambda command: (("grant", grant_id), command))


ASKED = st.one_of(OF_FUND.map(lambda command: (FUND, command)), *(of_grant(each) for each in GRANTS))


def told(world: World, key: tuple[str, str], command: Any) -> World:
    if type(command) in ALONE:
        module = BY_CATEGORY[key[0]]
        state = alone(module, world[key], command)
        assert alone(module, state, command) == state
        return world | {key: state}
    return decided_together(world, JOINT[type(command)], key, command)


JOINT = {command: module for module in (award, payment, underspend) for command in cast("Any", module.Command).__args__}


def balanced(world: World) -> None:
    """Every sum of the fund, held against every other that must agree with it."""
    chest: fund.State = world[FUND]
    of_fund(chest)
    for grant_id, one in chest.awards.items():
        state: grant.State = world["grant", grant_id]
        assert (state.award.amount, state.payments.paid) == (one.amount, one.spent), grant_id
        assert one.spent + state.payments.asked <= one.amount or state.phase not in grant_award.RUNNING


def of_fund(chest: fund.State) -> None:
    """What holds of a fund at every position, between two events of one command too."""
    for name, each in chest.pledges.items():
        assert 0 <= each.paid <= each.received <= each.amount, name
        assert each.paid <= each.awarded <= each.confirmed, name
        assert each.awarded == 0 or each.counts, name
        assert each.awarded == sum(one.split.get(name, 0) for one in chest.awards.values())
        assert each.paid == sum(one.paid.get(name, 0) for one in chest.awards.values())
    for one in chest.awards.values():
        assert all(pence > 0 for pence in (*one.split.values(), *one.paid.values(), *one.open.values()))
        for name in one.split:
            pledged = chest.pledges[name]
            assert not pledged.purposes or one.purpose in pledged.purposes
            assert not pledged.areas or one.area in pledged.areas
    awarded = sum(each.amount for each in chest.awards.values())
    assert all(each.total == awarded <= BUDGET for each in chest.rounds.values())
    if chest.reconciled:
        received, paid = fund.received_and_paid(chest)
        assert received - paid >= 0


def lived(world: World, *asked: tuple[tuple[str, str], Any]) -> World:
    """After all of this, each of which is granted."""
    for key, command in asked:
        then = told(world, key, command)
        assert then != world, command
        world = then
    return world


def running(grant_id: str, pence: int, drawn: int, *, paid: bool) -> list[tuple[tuple[str, str], Any]]:
    """From the offer to an approved drawdown, or to its payment."""
    sign = grant_award.SignAgreement(document_hash=HASH, signed_for=(NHS, TRUST), signed_on=DAY, on=DAY, by="olu")
    pay = payment.MakePayment(
        grant_id=grant_id, fund_id="f1", payment_id="p1", drawdown_id="d1", paid_on=LATER, on=LATER, by="fin"
    )
    asked: list[Any] = [
        offer(grant_id, pence),
        grant_award.AcceptGrant(on=DAY),
        sign,
        grant_payments.RequestDrawdown(drawdown_id="d1", amount_pence=drawn, on=DAY),
        approved("d1"),
        *([pay] if paid else []),
    ]
    return [(("grant", grant_id), command) for command in asked]


def offer(grant_id: str, pence: int) -> award.OfferGrant:
    return award.OfferGrant(
        grant_id=grant_id,
        fund_id="f1",
        amount_pence=pence,
        schedule_on=(LATER,),
        schedule_pence=(pence,),
        on=DAY,
        by="olu",
    )


RUNNING: World = lived(
    BEGUN,
    *running("g1", 700_000, 333_33, paid=True),
    (("grant", "g1"), grant_payments.ReportUnderspend(amount_pence=20_000, on=LATER)),
    *running("g2", 500_000, 499_999, paid=False),
)


MOVING = {
    award.OfferGrant,
    award.VaryAward,
    award.TerminateAward,
    payment.MakePayment,
    payment.FailPayment,
    payment.ReturnPayment,
    underspend.ReturnUnderspend,
    fund_pledges.ReducePledge,
}
"""What has to have been granted, or the law was hardly tried."""


def test_no_pound_is_promised_paid_or_lost_twice_whatever_is_asked() -> None:
    moved: set[type] = set()

    anything = given(st.sampled_from([RUNNING, BEGUN]), st.lists(ASKED, min_size=10, max_size=60))

    def law(world: World, asked: list[tuple[tuple[str, str], Any]]) -> None:
        for key, command in asked:
            then = told(world, key, command)
            if then is not world and then != world:
                moved.add(type(command))
            world = then
            balanced(world)

    tried(anything, law, 100, lambda: MOVING - moved)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=9).filter(any))
def test_what_is_shared_out_sums_to_the_penny_and_is_nobodys_by_more_than_one(total: int, weights: list[int]) -> None:
    parts = money.largest_remainder(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert total * weight // whole <= part <= -(-total * weight // whole)


@given(st.data(), st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10**7), min_size=1))
def test_nothing_is_drawn_from_a_pot_that_is_not_in_it(data: st.DataObject, pots: dict[str, int]) -> None:
    total = data.draw(st.integers(0, sum(pots.values())))
    drawn = money.drawn(total, pots)
    assert sum(drawn.values()) == total
    assert all(0 < pence <= pots[name] for name, pence in drawn.items())
    if total == sum(pots.values()):
        assert drawn == pots


@pytest.mark.parametrize(
    ("amount", "text"), [(0, "£0"), (5, "£0.05"), (500_000, "£5,000"), (123_456, "£1,234.56"), (-250, "−£2.50")]
)
def test_money_is_said_in_pounds(amount: int, text: str) -> None:
    assert money.pounds(amount) == text


def refused(world: World, key: tuple[str, str], command: Any) -> bool:
    return told(world, key, command) == world


def test_restricted_money_goes_first_and_only_where_it_may() -> None:
    world = told(BEGUN, ("grant", "g1"), offer("g1", 400_000))
    split = world[FUND].awards["g1"].split
    assert split["trust"] == 333_333
    assert split["nhs"] + split["council"] == 66_667
    assert abs(split["nhs"] - split["council"]) <= 1
    elsewhere = told(BEGUN, ("grant", "g2"), offer("g2", 400_000))
    assert "trust" not in elsewhere[FUND].awards["g2"].split


def test_a_round_is_not_closed_until_its_ringfence_is_met() -> None:
    close = fund_rounds.CloseRound(round_id="r1", on=LATER, by="olu")
    food = told(BEGUN, ("grant", "g3"), offer("g3", 500_000))
    assert list(fund_rounds.shortfalls(food[FUND].rounds["r1"])) == [
        "at least 50% of this round must be for loneliness or isolation or low mood or anxiety: £0 of £5,000 is, £5,000 more is needed"
    ]
    assert refused(food, FUND, close)
    almost = told(food, ("grant", "g2"), offer("g2", 499_999))
    assert refused(almost, FUND, close)
    met = told(food, ("grant", "g2"), offer("g2", 500_000))
    assert not refused(met, FUND, close)


def test_a_pledge_awarded_on_a_match_is_not_left_alone_by_the_match() -> None:
    world = told(BEGUN, ("grant", "g3"), offer("g3", 1_000_000))
    cut = fund_pledges.ReducePledge(pledge_id="nhs", amount_pence=800_000, reason="budget_cut", by="olu")
    assert refused(world, FUND, cut)
    untouched = told(BEGUN, FUND, fund_pledges.WithdrawPledge(pledge_id="trust", reason="no_match", by="olu"))
    assert untouched[FUND].pledges["council"].matched


def test_who_approves_does_not_pay() -> None:
    world = told(BEGUN, ("grant", "g2"), offer("g2", 500_000))
    for command in (
        grant_award.AcceptGrant(on=DAY),
        grant_award.SignAgreement(document_hash=HASH, signed_for=(NHS, TRUST), signed_on=DAY, on=DAY, by="olu"),
        grant_payments.RequestDrawdown(drawdown_id="d1", amount_pence=500_000, on=DAY),
        approved("d1"),
    ):
        world = told(world, ("grant", "g2"), command)
    pay = payment.MakePayment(
        grant_id="g2", fund_id="f1", payment_id="p1", drawdown_id="d1", paid_on=LATER, on=LATER, by="olu"
    )
    assert refused(world, ("grant", "g2"), pay)
    paid = told(world, ("grant", "g2"), replace(pay, by="fin"))
    assert paid[FUND].awards["g2"].spent == 500_000


def test_what_the_bank_did_not_pay_is_paid_again_by_another_reference() -> None:
    world = told(BEGUN, ("grant", "g2"), offer("g2", 500_000))
    pay = payment.MakePayment(
        grant_id="g2", fund_id="f1", payment_id="p1", drawdown_id="d1", paid_on=LATER, on=LATER, by="fin"
    )
    fail = payment.FailPayment(
        grant_id="g2", fund_id="f1", payment_id="p1", reason="account", failed_on=LATER, on=LATER, by="fin"
    )
    for command in (
        grant_award.AcceptGrant(on=DAY),
        grant_award.SignAgreement(document_hash=HASH, signed_for=(NHS, TRUST), signed_on=DAY, on=DAY, by="olu"),
        grant_payments.RequestDrawdown(drawdown_id="d1", amount_pence=500_000, on=DAY),
        approved("d1"),
        pay,
        fail,
    ):
        world = told(world, ("grant", "g2"), command)
    assert refused(world, ("grant", "g2"), pay)
    paid = told(world, ("grant", "g2"), replace(pay, payment_id="p2"))
    assert paid[FUND].awards["g2"].spent == 500_000


def test_every_event_of_the_ledger_names_shares_that_come_to_its_sum() -> None:
    decided = award.decide((BEGUN["grant", "g1"], BEGUN[FUND]), offer("g1", 1_234_567))
    facts: tuple[Any, ...] = (*decided[0], *decided[1])
    for fact in facts:
        assert sum(each.pence for each in fact.shares) == fact.amount_pence
    assert after(fund, BEGUN[FUND], decided[1]).awards["g1"].amount == 1_234_567


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 99))
def test_what_a_ringfence_lacks_is_the_least_that_makes_its_share_right(
    inside: int, outside: int, percent: int
) -> None:
    def met(more: int) -> bool:
        return 100 * (inside + more) >= percent * (inside + outside + more)

    lacking = fund_rounds.missing(inside, inside + outside, percent)
    assert met(lacking)
    assert lacking == 0 or not met(lacking - 1)


def test_money_that_goes_with_a_report_is_asked_for_once_the_report_has_come() -> None:
    asked = grant_monitoring.MonitoringDue(report_id="m1", from_on=DAY, to_on=DAY, due_on=LATER, by="olu")
    sent = grant_monitoring.MonitoringSubmitted(
        report_id="m1", sessions=1, places=1, people_band="1-7", spend_pence=1, submitted_on=LATER
    )
    wish = grant_payments.RequestDrawdown(drawdown_id="d1", amount_pence=1, report_id="m1", on=LATER)
    for before in ((), (asked,)):
        with pytest.raises(Refused, match="send the report first"):
            grant.decide(after(grant, SIGNED, before), wish)
    (event,) = grant.decide(after(grant, SIGNED, (asked, sent)), wish)
    then = after(grant, SIGNED, (asked, sent, event))
    assert then.payments.drawdowns["d1"].report_id == "m1"
    refused = grant.decide(then, grant_payments.RefuseDrawdown(drawdown_id="d1", reason="amount", by="olu"))
    assert after(grant, then, refused).payments.drawdowns["d1"].reason == "amount"


SIGNED = state_of(
    grant,
    *recommended("food", BARKING),
    grant_award.GrantOffered(
        fund_id="f1",
        amount_pence=100,
        shares=(fund_awards.Share("nhs", 100),),
        schedule=(grant_award.Instalment(DAY, 100),),
        by="olu",
    ),
    grant_award.GrantAccepted(accepted_on=DAY),
    grant_award.AgreementSigned(document_hash=HASH, signed_for=(NHS, TRUST), signed_on=DAY, by="olu"),
)


JUDGMENTS = (
    assess.CheckEligibility(failed=("in_area",), reason="It is in another place", by="una"),
    grant_assessment.RecordDueDiligence(on=DAY, bank_checked=True, safeguarding_policy=True, by="una"),
    assess.ShortlistApplication(by="una"),
    assess.AssessApplication(criteria=("need",), scores=(5,), by="una"),
    assess.ModerateAssessment(criteria=("need",), scores=(4,), by="una"),
    assess.RecommendApplication(amount_pence=1, by="una"),
    assess.PlaceOnReserve(rank=1, by="una"),
    assess.DeclineApplication(reason="score", feedback="Not now", by="una"),
)


def to_be_judged(judgment: assess.Judgment) -> grant.State:
    """Food's application to the fund, at the point where this can be said of it."""
    passed = grant_assessment.EligibilityPassed(rules=("in_area",), by="olu")
    scored = grant_assessment.ApplicationAssessed(assessor="ann", points=(grant_assessment.Point("need", 5),))
    before = () if isinstance(judgment, assess.ShortlistApplication | assess.CheckEligibility) else (scored,)
    return cast(grant.State, state_of(grant, *recommended("food", BARKING)[:2], passed, *before))


def test_every_judgment_knows_for_whom_it_is_made() -> None:
    assert {type(each) for each in JUDGMENTS} == set(get_args(assess.Judgment))


@pytest.mark.parametrize("judgment", JUDGMENTS, ids=lambda command: type(command).__name__)
def test_whoever_declared_a_conflict_judges_nothing_of_that_application(judgment: assess.Judgment) -> None:
    there = to_be_judged(judgment)
    declared = grant.decide(there, grant_assessment.DeclareConflict(kind="partner", by="una"))
    assert assess.decide((there, BEGUN[FUND]), judgment)[0]
    with pytest.raises(Refused, match="you declared a conflict of interest"):
        assess.decide((after(grant, there, declared), BEGUN[FUND]), judgment)


@pytest.mark.parametrize("judgment", JUDGMENTS, ids=lambda command: type(command).__name__)
def test_whoever_is_there_for_the_applicant_or_for_who_has_a_part_in_it_judges_nothing_of_it(
    judgment: assess.Judgment,
) -> None:
    there, chest = to_be_judged(judgment), BEGUN[FUND]
    itself, partner, other = there.organisation, "RWX", "RYZ"
    appointed = fund.decide(
        chest, fund.AppointSteeringMember(organisation=partner, interests=(itself,), by="olu")
    ) + fund.decide(chest, fund.AppointSteeringMember(organisation=other, interests=("GB-CHC-9900099",), by="olu"))
    steered = after(fund, chest, appointed)
    for sent_by in ((itself,), (partner,), (other, partner)):
        with pytest.raises(Refused, match="your organisation has an interest in this application"):
            assess.decide((there, steered), replace(judgment, by_organisations=sent_by))
    assert assess.decide((there, steered), replace(judgment, by_organisations=(other,)))[0]
    assert assess.decide((there, chest), replace(judgment, by_organisations=(partner,)))[0]


def test_a_conflict_found_late_takes_back_what_they_scored_and_what_was_agreed_on_with_them() -> None:
    judgment = assess.AssessApplication(criteria=("need",), scores=(1,), by="una")
    una = grant_assessment.ApplicationAssessed(assessor="una", points=(grant_assessment.Point("need", 1),))
    agreed = grant_assessment.AssessmentModerated(points=(grant_assessment.Point("need", 2),), moderator="olu")
    there = after(grant, to_be_judged(judgment), (una, agreed))
    rules = BEGUN[FUND].rules[1]
    assert assess.percent(rules, there.assessment) == 40
    found = after(grant, there, grant.decide(there, grant_assessment.DeclareConflict(kind="family", by="una")))
    assert set(found.assessment.assessments) == {"ann"}
    assert assess.percent(rules, found.assessment) == 100
    assert found.assessment.conflicts == {"una": "family"}
    cleared = grant_assessment.ClearConflict(assessor="una", reason="mistake", by="olu")
    assert not after(grant, found, grant.decide(found, cleared)).assessment.conflicts


def test_a_conflict_is_declared_until_the_grant_is_offered() -> None:
    there = state_of(grant, *recommended("food", BARKING))
    wish = grant_assessment.DeclareConflict(kind="family", by="una")
    assert grant.decide(there, wish)
    with pytest.raises(Refused, match="cannot have a conflict of interest declared in it any more"):
        grant.decide(replace(there, phase="offered"), wish)


def test_what_was_recommended_can_wait_on_the_reserve_list_after_all() -> None:
    there = state_of(grant, *recommended("food", BARKING))
    waits = after(grant, there, assess.decide((there, BEGUN[FUND]), assess.PlaceOnReserve(rank=2, by="olu"))[0])
    assert (waits.phase, waits.assessment.rank) == ("reserve", 2)


def test_an_award_is_told_of_once_it_is_offered_in_words_that_can_be_changed() -> None:
    told = grant_award.PublishAward(title=" Friday table ", summary="", by="olu")
    asked = recommended("loneliness", BARKING)
    with pytest.raises(Refused, match="this grant is recommended; it cannot be told of before it is offered"):
        grant.decide(state_of(grant, *asked), told)
    taken = (*asked, grant_award.GrantOffered(fund_id="f1", amount_pence=1, shares=(), schedule=(), by="olu"))
    published = grant_award.AwardPublished(title="Friday table", by="olu")
    assert grant.decide(state_of(grant, *taken), told) == (published,)
    assert grant.decide(state_of(grant, *taken, published), told) == ()
    hidden = grant_award.PublishAward(unnamed=True, by="olu")
    unnamed = grant_award.AwardPublished(unnamed=True, by="olu")
    assert grant.decide(state_of(grant, *taken, published), hidden) == (unnamed,)
    with pytest.raises(Refused, match="they would tell who it is"):
        grant.decide(state_of(grant, *taken), replace(told, unnamed=True))
    nothing = grant_award.PublishAward(by="olu")
    assert grant.decide(state_of(grant, *taken), nothing) == ()
    assert grant.decide(state_of(grant, *taken, published), nothing) == (grant_award.AwardPublished(by="olu"),)


def steps(world: World, *commands: Any, of: str = "g2") -> World:
    for command in commands:
        world = told(world, ("grant", of), command)
    return world


def agreed(grant_id: str = "g2", pence: int = 500_000) -> World:
    """Signed on the first day; all of it is due then."""
    wish = replace(offer(grant_id, pence), schedule_on=(DAY,))
    return steps(
        BEGUN,
        wish,
        grant_award.AcceptGrant(on=DAY),
        grant_award.SignAgreement(document_hash=HASH, signed_for=(NHS, TRUST), signed_on=DAY, on=DAY, by="olu"),
        grant_payments.RequestDrawdown(drawdown_id="d1", amount_pence=pence, on=DAY),
        of=grant_id,
    )


PAY = payment.MakePayment(
    grant_id="g2", fund_id="f1", payment_id="BACS-1", drawdown_id="d1", paid_on=LATER, on=LATER, by="fin"
)
MET = grant_award.MeetCondition(condition=1, by="olu")
BREACHED = grant_award.BreachCondition(condition=1, reason="late", by="olu")


def test_what_stands_against_a_drawdown_is_named_or_put_right_before_it_is_approved() -> None:
    world, plain = agreed(), grant_payments.ApproveDrawdown(drawdown_id="d1", on=DAY, by="olu")
    with pytest.raises(Refused, match="1 of its conditions is open"):
        grant.decide(world["grant", "g2"], plain)
    (fact,) = grant.decide(world["grant", "g2"], replace(plain, despite=("open_condition", "not_yet_due")))
    assert fact == grant_payments.DrawdownApproved(drawdown_id="d1", despite=("open_condition",), by="olu")
    (fact,) = grant.decide(steps(world, MET)["grant", "g2"], plain)
    assert fact == grant_payments.DrawdownApproved(drawdown_id="d1", by="olu")
    early = replace(plain, on=date(2026, 3, 31))
    with pytest.raises(Refused, match="£5,000 of this is not due yet"):
        grant.decide(steps(world, MET)["grant", "g2"], early)
    (fact,) = grant.decide(steps(world, MET)["grant", "g2"], replace(early, despite=("not_yet_due",)))
    assert fact == grant_payments.DrawdownApproved(drawdown_id="d1", despite=("not_yet_due",), by="olu")


def test_nothing_is_approved_or_paid_while_a_condition_is_breached() -> None:
    world = agreed()
    broken = steps(world, BREACHED)
    with pytest.raises(Refused, match="1 of its conditions is breached"):
        grant.decide(broken["grant", "g2"], approved("d1"))
    ready = steps(world, approved("d1"), BREACHED)
    with pytest.raises(Refused, match="1 of its conditions is breached"):
        payment.decide((ready["grant", "g2"], ready[FUND]), PAY)
    assert steps(ready, MET, PAY)[FUND].awards["g2"].spent == 500_000


@pytest.mark.parametrize("looked_at", [None, False], ids=["nobody_looked", "not_its_own"])
def test_nothing_is_paid_to_an_account_nobody_found_to_be_the_organisations_own(looked_at: bool | None) -> None:
    world = steps(agreed(), approved("d1"))
    there: grant.State = world["grant", "g2"]
    known = there.assessment.diligence
    assert known is not None
    seen = None if looked_at is None else replace(known, bank_checked=looked_at)
    doubted = replace(there, assessment=replace(there.assessment, diligence=seen))
    with pytest.raises(Refused, match="check it, and record due diligence"):
        payment.decide((doubted, world[FUND]), PAY)
    assert payment.decide((there, world[FUND]), PAY)[0]


def test_nothing_is_offered_before_somebody_looked_who_it_is() -> None:
    there: grant.State = BEGUN["grant", "g2"]
    unseen = replace(there, assessment=replace(there.assessment, diligence=None))
    with pytest.raises(Refused, match="no due diligence is recorded"):
        award.decide((unseen, BEGUN[FUND]), offer("g2", 500_000))


def test_what_another_gave_back_is_due_beside_what_is_left_of_the_schedule() -> None:
    g1, g2, later = ("grant", "g1"), ("grant", "g2"), LATER + timedelta(days=30)

    def back(grant_id: str, pence: int) -> underspend.ReturnUnderspend:
        return underspend.ReturnUnderspend(
            grant_id=grant_id, fund_id="f1", return_id=f"back-{grant_id}", amount_pence=pence,
            returned_on=LATER, on=LATER, by="fin",
        )  # fmt: skip

    world = lived(
        RUNNING,
        (g1, back("g1", 20_000)),
        (g2, PAY),
        (g2, grant_payments.ReportUnderspend(amount_pence=30_000, on=LATER)),
        (g2, back("g2", 30_000)),
        (
            g1,
            underspend.ReallocateUnderspend(
                grant_id="g1", fund_id="f1", reallocation_id="m1", to_grant="g2", amount_pence=15_000,
                due_on=later, on=LATER, by="fin",
            ),
        ),
    )  # fmt: skip
    given_more: grant.State = world[g2]
    due = (grant_award.Instalment(LATER, 470_000), grant_award.Instalment(later, 15_000))
    assert grant_schedule.stands(given_more.award) == due


def test_no_money_moves_before_it_could() -> None:
    world = steps(agreed(), approved("d1"))
    before = date(2020, 1, 1)
    with pytest.raises(Refused, match="paid_on lies before the agreement was signed"):
        payment.decide((world["grant", "g2"], world[FUND]), replace(PAY, paid_on=before))
    paid = steps(world, PAY)
    there = (paid["grant", "g2"], paid[FUND])
    with pytest.raises(Refused, match="failed_on lies before the day it was paid"):
        payment.decide(there, FAIL)
    with pytest.raises(Refused, match="returned_on lies before the day it was paid"):
        payment.decide(there, BACK_AGAIN)
    left = steps(paid, grant_payments.ReportUnderspend(amount_pence=100, on=LATER))
    spare = underspend.ReturnUnderspend(
        grant_id="g2", fund_id="f1", return_id="b", amount_pence=100, returned_on=before, on=LATER, by="fin"
    )
    with pytest.raises(Refused, match="returned_on lies before the agreement was signed"):
        underspend.decide((left["grant", "g2"], left[FUND]), spare)
    late = fund_pledges.ReceiveFunds(
        pledge_id="nhs", receipt_id="old", amount_pence=1, received_on=date(1990, 1, 1), on=LATER, by="fin"
    )
    with pytest.raises(Refused, match="more than six years back"):
        fund.decide(BEGUN[FUND], late)


FAIL = payment.FailPayment(
    grant_id="g2", fund_id="f1", payment_id="BACS-1", reason="account", failed_on=DAY, on=LATER, by="fin"
)
BACK_AGAIN = payment.ReturnPayment(
    grant_id="g2",
    fund_id="f1",
    payment_id="BACS-1",
    return_id="r1",
    amount_pence=1,
    returned_on=DAY,
    on=LATER,
    by="fin",
)


def test_the_banks_reference_counts_money_once_in_whatever_letters_and_grant() -> None:
    paid = steps(agreed(), approved("d1"), PAY)
    more = steps(
        paid,
        replace(offer("g1", 100), schedule_on=(DAY,)),
        grant_award.AcceptGrant(on=DAY),
        grant_award.SignAgreement(document_hash=HASH, signed_for=(NHS, TRUST), signed_on=DAY, on=DAY, by="olu"),
        grant_payments.RequestDrawdown(drawdown_id="d1", amount_pence=100, on=DAY),
        approved("d1"),
        of="g1",
    )
    other = (more["grant", "g1"], more[FUND])
    for reference in ("BACS-1", "bacs-1"):
        with pytest.raises(Refused, match="payment_id has been taken down for other money"):
            payment.decide(other, replace(PAY, grant_id="g1", payment_id=reference))
    assert payment.decide(other, replace(PAY, grant_id="g1", payment_id="BACS-2"))[0]
    back = replace(BACK_AGAIN, returned_on=LATER)
    came = steps(more, back)
    there = (came["grant", "g2"], came[FUND])
    assert payment.decide(there, back) == ((), ())
    with pytest.raises(Refused, match="with another sum or day"):
        payment.decide(there, replace(back, returned_on=date(2026, 9, 2), on=date(2026, 9, 2)))
    with pytest.raises(Refused, match="return_id has been taken down for other money"):
        payment.decide(there, replace(back, return_id="R1"))
    with pytest.raises(Refused, match="receipt_id has been taken down already"):
        fund.decide(
            BEGUN[FUND],
            fund_pledges.ReceiveFunds(
                pledge_id="trust", receipt_id="BANK-NHS", amount_pence=1, received_on=DAY, on=DAY, by="fin"
            ),
        )


def test_no_report_spends_more_than_the_award() -> None:
    asked = steps(
        steps(agreed(), approved("d1"), PAY),
        grant_monitoring.AskForMonitoring(report_id="m1", from_on=DAY, to_on=DAY, due_on=LATER, on=DAY, by="olu"),
    )
    told_ = grant_monitoring.SubmitMonitoring(
        report_id="m1", sessions=1, places=1, people_band="1-7", spend_pence=500_001, on=LATER
    )
    with pytest.raises(Refused, match="no more than that can be spent"):
        grant.decide(asked["grant", "g2"], told_)
    sent = steps(
        asked, replace(told_, spend_pence=500_000), grant_monitoring.AcceptMonitoring(report_id="m1", by="olu")
    )
    assert sent["grant", "g2"].reports["m1"].phase == "accepted"


def test_a_pledge_is_for_places_the_fund_is_for() -> None:
    made = fund_pledges.MakePledge(pledge_id="new", funder=NHS, amount_pence=1, areas=("E09000001",), by="olu")
    with pytest.raises(Refused, match="areas must be among those the fund is for"):
        fund.decide(BEGUN[FUND], made)
    assert fund.decide(BEGUN[FUND], replace(made, areas=(BARKING,)))


def test_what_is_left_goes_back_to_its_funder_also_from_a_closed_fund_and_what_never_came_is_taken_off() -> None:
    paid = steps(agreed(), approved("d1"), PAY)
    chest: fund.State = paid[FUND]
    back = fund_pledges.ReturnFunds(
        pledge_id="council",
        return_id="out-1",
        amount_pence=1_00,
        returned_on=LATER,
        reason="left_over",
        on=LATER,
        by="fin",
    )
    before = chest.pledges["council"]
    (fact,) = fund.decide(chest, back)
    after_: fund.State = after(fund, chest, (fact,))
    then = after_.pledges["council"]
    assert (before.received - then.received, before.amount - then.amount) == (1_00, 1_00)
    assert fund.decide(after_, back) == ()
    with pytest.raises(Refused, match="return_id has been taken down already"):
        fund.decide(after_, replace(back, return_id="OUT-1"))
    with pytest.raises(Refused, match="no more than that goes back"):
        fund.decide(chest, replace(back, amount_pence=before.received - before.awarded + 1))
    wrong = replace(back, reason="mistake", amount_pence=before.received - before.paid)
    (fact,) = fund.decide(chest, wrong)
    put_right: fund.State = after(fund, chest, (fact,))
    assert put_right.pledges["council"].received == before.paid
    assert put_right.pledges["council"].amount == before.amount
    with pytest.raises(Refused, match="no more than that goes back"):
        fund.decide(chest, replace(wrong, amount_pence=wrong.amount_pence + 1))
    assert fund.decide(replace(chest, reconciled=True), back)
