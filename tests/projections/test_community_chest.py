"""The community chest: to the penny what the domain says, at every position, and of no other funder's money."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from commonweal.domain import codes
from commonweal.domain.chest import (
    apply,
    assess,
    award,
    fund,
    fund_pledges,
    fund_rounds,
    grant_application,
    grant_assessment,
    grant_award,
    grant_monitoring,
    grant_payments,
    payment,
    underspend,
)
from commonweal.runtime.installation import Installation
from projections import community_chest
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import ANSWERING, Grants, Scene, scene
from tests.story import configured

DAY, LATER = date(2026, 4, 1), date(2026, 9, 1)
MORNING = datetime(2026, 4, 1, 8, tzinfo=UTC)
"""When all of it was told, whatever day it counts for."""
BARKING, HAVERING = "E09000002", "E09000016"
NHS, COUNCIL, CHARITY = "QMF", "GB-CHC-1054276", "GB-CHC-1054277"
HASH = "0" * 64
OFFICER: Grants = (("chest_officer", "tenant"),)
FINANCE: Grants = (("finance", "tenant"),)
ASSESSOR: Grants = (("assessor", "tenant"),)
OF_NHS: Grants = (("funder", f"organisation:{NHS}"),)
OF_COUNCIL: Grants = (("funder", f"organisation:{COUNCIL}"),)
OF_NOBODY: Grants = (("funder", "organisation:GB-CHC-9999999"),)
SUMS = "pledged confirmed received awarded paid committed available"
FUND = f"""query($id: ID! = "f1", $asOf: AsOf) {{ fund(id: $id, asOf: $asOf) {{
    name phase balance {{ {SUMS} }} funders {{ funder {SUMS} }} pledges {{ id funder phase counts {SUMS} }} }} }}"""
UNTIL = date(datetime.now(UTC).year + 1, 12, 31)
"""What is written down today is in the statement."""
STATEMENT = f"""query($since: Date! = "2026-01-01", $until: Date! = "{UNTIL}", $funder: String, $fund: ID, $asOf: AsOf) {{
    fundStatement(since: $since, until: $until, funder: $funder, fund: $fund, asOf: $asOf) {{ position suppressed rows {{
        day kind fundId funder pledgeId grantId organisation reference pledged confirmed received awarded paid }} }} }}"""


def pledged(name: str, funder: str, pence: int, **known: Any) -> tuple[Any, ...]:
    return (
        fund_pledges.MakePledge(pledge_id=name, funder=funder, amount_pence=pence, by="olu", **known),
        fund_pledges.ConfirmPledge(pledge_id=name, by="olu"),
    )


def founded(name: str) -> tuple[Any, ...]:
    """£40,000 of the NHS, met by the council's £40,000; the first half of each has come."""
    return (
        fund.FoundFund(name=f"{name} chest", areas=(BARKING, HAVERING), method="delegated", steering_group=(CHARITY,), by="olu"),
        fund.SetFundRules(eligibility=("in_area",), criteria=("need",), weights=(1,), assessors=1, by="olu"),
        *pledged("council", COUNCIL, 40_000_00, match_pence=40_000_00),
        *pledged("nhs", NHS, 40_000_00),
        fund_rounds.OpenRound(
            round_id="r1", name=f"{name} round", opens_on=DAY, closes_on=LATER, least_pence=1, most_pence=30_000_00,
            ringfences=("loneliness+low_mood",), ringfence_percents=(60,), by="olu",
        ),
        *(received(pledge, 20_000_00) for pledge in ("nhs", "council")),
    )  # fmt: skip


def received(pledge: str, pence: int, day: date = DAY) -> fund_pledges.ReceiveFunds:
    receipt = f"bank-{pledge}-{day}"
    return fund_pledges.ReceiveFunds(
        pledge_id=pledge, receipt_id=receipt, amount_pence=pence, received_on=day, on=LATER, by="fin"
    )


def applied(name: str, purpose: str, pence: int, **known: Any) -> tuple[Any, ...]:
    of = {"title": f"{name} table", "statement": "We eat", "beneficiaries": "Whoever comes", "purpose": purpose}
    about = {**of, "area": BARKING, "amount_pence": pence, "starts_on": DAY, "ends_on": LATER, **known}
    return (
        apply.StartApplication(fund_id="f1", round_id="r1", organisation=CHARITY, link_id="l1", on=DAY, by="olu"),
        grant_application.SaveApplication(**about),
        apply.SubmitApplication(fund_id="f1", on=DAY),
        assess.CheckEligibility(by="olu"),
        grant_assessment.RecordDueDiligence(bank_checked=True, safeguarding_policy=True, on=DAY, by="olu"),
        assess.RecommendApplication(amount_pence=pence, by="olu"),
    )


def offered(grant_id: str, pence: int, *due: tuple[date, int]) -> tuple[Any, ...]:
    """Offered, accepted and signed, to be paid in parts."""
    days, parts = zip(*(due or ((LATER, pence),)), strict=True)
    return (
        award.OfferGrant(
            grant_id=grant_id, fund_id="f1", amount_pence=pence, schedule_on=days, schedule_pence=parts, on=DAY, by="olu"
        ),
        grant_award.AcceptGrant(on=DAY),
        grant_award.SignAgreement(document_hash=HASH, signed_for=(NHS, CHARITY), signed_on=DAY, on=DAY, by="olu"),
    )  # fmt: skip


def drawn(grant_id: str, pence: int, day: date = LATER) -> tuple[Any, ...]:
    """Asked for, approved and paid."""
    return (
        grant_payments.RequestDrawdown(drawdown_id=f"d-{day}", amount_pence=pence, on=DAY),
        grant_payments.ApproveDrawdown(
            drawdown_id=f"d-{day}", despite=tuple(codes.APPROVED_DESPITE), on=LATER, by="olu"
        ),
        payment.MakePayment(
            grant_id=grant_id, fund_id="f1", payment_id=f"p-{grant_id}-{day}", drawdown_id=f"d-{day}", paid_on=day, on=LATER, by="fin"
        ),
    )  # fmt: skip


def returned(grant_id: str, pence: int) -> tuple[Any, ...]:
    return (
        grant_payments.ReportUnderspend(amount_pence=pence, on=LATER),
        underspend.ReturnUnderspend(
            grant_id=grant_id, fund_id="f1", return_id="back", amount_pence=pence, returned_on=LATER, on=LATER, by="fin"
        ),
    )


def tell(made: Scene, ods: str, name: str) -> None:
    def do(identity: str, *commands: object) -> None:
        made.do(identity, *commands, ods=ods, occurred_at=MORNING)

    do(ods, configured(ods, name))
    do("f1", *founded(name))
    do("f1", fund_rounds.ExtendRound(round_id="r1", closes_on=date(2026, 9, 2), on=DAY, by="olu"))
    do("f2", fund.FoundFund(name=f"{name} other", areas=(HAVERING,), method="panel", by="olu"))
    do("g1", *applied(name, "loneliness", 15_000_01), *offered("g1", 15_000_01))
    do("g1", *drawn("g1", 5_000_01), *returned("g1", 1_01))
    do("g2", *applied(name, "food", 10_000_00), *offered("g2", 10_000_00))
    do("g3", *applied(name, "low_mood", 2_000_00, groups=("carers",)))
    do("g4", *applied(name, "low_mood", 500_00)[:-1], scored("ann", 4))
    do("g4", grant_assessment.RecordPitch(held_on=DAY, on=DAY, by="olu"), scored("bea", 2))
    do("g4", scored("rob", 0), assess.ModerateAssessment(criteria=("need",), scores=(1,), by="una"))
    do("g4", grant_assessment.DeclareConflict(kind="partner", by="rob"))
    do("g4", grant_assessment.DeclareConflict(kind="family", by="una"))
    do("g4", grant_assessment.ClearConflict(assessor="una", reason="mistake", by="olu"))
    do("g4", assess.ModerateAssessment(criteria=("need",), scores=(3,), by="olu"))
    do("g1", grant_payments.RequestDrawdown(drawdown_id="d2", amount_pence=7, evidence=(HASH,), on=DAY))
    do("g1", grant_payments.QueryDrawdown(drawdown_id="d2", reason="report_first", by="olu"))
    for report in ("m1", "m2"):
        do(
            "g1",
            grant_monitoring.AskForMonitoring(report_id=report, from_on=DAY, to_on=DAY, due_on=LATER, on=DAY, by="olu"),
        )
    told = grant_monitoring.SubmitMonitoring(
        report_id="m1",
        sessions=12,
        places=30,
        people_band="26-50",
        spend_pence=5_00,
        learning=f"{name} learnt",
        on=LATER,
    )
    do("g1", told, grant_monitoring.AcceptMonitoring(report_id="m1", by="olu"))
    do("g1", grant_monitoring.FlagMonitoringOverdue(report_id="m2", on=date(2026, 9, 2)))


def scored(who: str, score: int) -> assess.AssessApplication:
    return assess.AssessApplication(criteria=("need",), scores=(score,), by=who)


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Four grants of a fund: one paid in part and a little of it returned, one promised, two that wait."""
    with scene(servers, community_chest.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            tell(made, ods, name)
        made.catch_up()
        yield made


def sums(found: dict[str, Any]) -> dict[str, int]:
    return {name: found[name] for name in SUMS.split()}


def test_a_fund_says_what_there_is_to_the_penny(story: Scene) -> None:
    found = story.ask(FUND, OFFICER)["fund"]
    assert (found["name"], found["phase"]) == ("Nene chest", "AWARDING")
    assert found["balance"] == {
        "pledged": 80_000_00,
        "confirmed": 80_000_00,
        "received": 40_000_00,
        "awarded": 24_999_00,
        "paid": 4_999_00,
        "committed": 20_000_00,
        "available": 55_001_00,
    }
    by_funder = {each["funder"]: sums(each) for each in found["funders"]}
    assert set(by_funder) == {NHS, COUNCIL}
    assert {name: sum(each[name] for each in by_funder.values()) for name in SUMS.split()} == found["balance"]
    assert [sums(each) for each in found["pledges"]] == [by_funder[each["funder"]] for each in found["pledges"]]


STEPS = ("pledged", "confirmed", "received", "awarded", "paid")


def test_a_statement_reconciles_to_the_penny(story: Scene) -> None:
    for funder in (None, NHS, COUNCIL):
        rows = story.ask(STATEMENT, FINANCE, funder=funder, fund="f1")["fundStatement"]["rows"]
        opening, *moves, closing = rows
        assert (opening["kind"], closing["kind"]) == ("OPENING", "CLOSING")
        for step in STEPS:
            assert opening[step] + sum(each[step] for each in moves) == closing[step]
        found = story.ask(FUND, OFFICER)["fund"]
        of = {each["funder"]: each for each in found["funders"]}
        assert {step: closing[step] for step in STEPS} == {
            step: (of[funder] if funder else found["balance"])[step] for step in STEPS
        }
        assert {each["funder"] for each in moves} == ({funder} if funder else {NHS, COUNCIL})


def test_a_period_begins_where_the_one_before_ended(story: Scene) -> None:
    first = story.ask(STATEMENT, FINANCE, until="2026-08-31")["fundStatement"]["rows"]
    then = story.ask(STATEMENT, FINANCE, since="2026-09-01")["fundStatement"]["rows"]
    assert [first[-1][step] for step in STEPS] == [then[0][step] for step in STEPS]
    assert {each["day"] for each in first[1:-1]} == {"2026-04-01"}
    paid = then[1:-1]
    assert [(each["kind"], each["day"]) for each in paid] == [
        (kind, "2026-09-01") for kind in ("PAID", "PAID", "RETURNED", "RETURNED")
    ]
    assert sum(each["paid"] for each in paid) == 4_999_00
    assert {(each["grantId"], each["organisation"]) for each in paid} == {("g1", CHARITY)}


@pytest.mark.parametrize("wrong", [{"since": "2026-04-02", "until": "2026-04-01"}, {"since": "2001-01-01"}])
def test_a_period_that_cannot_be_is_refused(story: Scene, wrong: dict[str, str]) -> None:
    _, errors = story.answer(STATEMENT, FINANCE, **wrong)
    assert errors[0]["extensions"]["code"] == "REFUSED"


FUNDS = "{ funds { totalCount edges { node { id funders { funder } pledges { funder } balance { pledged } } } } }"
EVERYTHING_OF_GRANTS = """query($id: ID! = "g1") { grant(id: $id) { phase title awarded paid instalments { dueOn pence } payments { kind pence day }
    } }"""
ASKED = {
    "funds": FUNDS,
    "fund": FUND,
    "fundStatement": STATEMENT,
    "fundRounds": '{ fundRounds(fund: "f1") { totalCount } }',
    "grants": "{ grants(first: 5) { totalCount edges { node { id phase awarded paid title } } } }",
    "grant": EVERYTHING_OF_GRANTS,
    "grantPipeline": "{ grantPipeline { rows { phase } } }",
    "paymentCalendar": '{ paymentCalendar(since: "2026-04-01") { rows { month } } }',
    "fundingCliff": "{ fundingCliff { rows { grantId } } }",
    "fundedPlaces": "{ fundedPlaces { rows { key } } }",
    "chestOutcomes": '{ chestOutcomes(instrument: "ons4", scale: "satisfied") { rows { key } } }',
    "fundEvidence": '{ fundEvidence(fund: "f1") { id } }',
    "chestNeeds": "{ chestNeeds { rows { need } } }",
    "chestEquity": '{ chestEquity(since: "2026-04-01", until: "2026-04-30") { rows { code } } }',
}
EFFECT = {"fundEvidence", "fundingCliff", "fundedPlaces", "chestOutcomes", "chestNeeds", "chestEquity"}


def test_a_funder_sees_the_funds_it_pledged_to_and_its_own_money_in_them(story: Scene) -> None:
    (node,) = [edge["node"] for edge in story.ask(FUNDS, OF_NHS)["funds"]["edges"]]
    assert node == {
        "id": "f1",
        "funders": [{"funder": NHS}],
        "pledges": [{"funder": NHS}],
        "balance": {"pledged": 80_000_00},
    }
    assert story.ask(FUND, OF_NHS, id="f2")["fund"] is None
    own = story.ask(STATEMENT, OF_NHS)["fundStatement"]["rows"]
    assert {each["funder"] for each in own[1:-1]} == {NHS}
    assert own[1:-1] == story.ask(STATEMENT, FINANCE, funder=NHS)["fundStatement"]["rows"][1:-1]
    for asked in (own, story.ask(STATEMENT, OF_NHS, funder=COUNCIL)["fundStatement"]["rows"]):
        assert COUNCIL not in {each["funder"] for each in asked[1:-1]}
    others = story.ask(STATEMENT, OF_NHS, funder=COUNCIL)["fundStatement"]["rows"]
    assert [[each[step] for step in STEPS] for each in others] == [[0] * 5] * 2


@pytest.mark.parametrize("grants", [OF_NOBODY, (("funder", "tenant"),), (("funder", "place:E09000002"),)])
def test_who_pledged_nothing_sees_no_fund(story: Scene, grants: Grants) -> None:
    assert story.ask(FUNDS, grants)["funds"] == {"totalCount": 0, "edges": []}
    assert story.ask(FUND, grants)["fund"] is None
    assert [each["pledged"] for each in story.ask(STATEMENT, grants)["fundStatement"]["rows"]] == [0, 0]


MAY = {
    "chest_officer": set(ASKED),
    "finance": set(ASKED),
    "steering_member": set(ASKED),
    "assessor": {"funds", "fund", "fundRounds", "grants", "grant", "grantPipeline"},
    "funder": {"funds", "fund", "fundStatement", "fundEvidence"},
    "team_lead": set(),
    "provider": set(),
    "analyst": EFFECT,
}


@pytest.mark.parametrize("role", MAY)
def test_a_role_sees_its_part_of_a_chest(story: Scene, role: str) -> None:
    for name, document in ASKED.items():
        _, errors = story.answer(document, ((role, "tenant"),))
        assert (name in MAY[role]) is not bool(errors), (name, errors)
        assert all(error["extensions"]["code"] == "OUT_OF_SCOPE" for error in errors)


@pytest.mark.parametrize("role", ["chest_officer", "finance", "steering_member", "assessor"])
def test_a_part_of_an_ics_has_no_chest(story: Scene, role: str) -> None:
    part: Grants = ((role, "pcn:U11111"),)
    assert story.ask(FUNDS, part)["funds"]["totalCount"] == 0
    assert story.ask(ASKED["grants"], part)["grants"]["totalCount"] == 0
    assert story.ask(ASKED["fundRounds"], part)["fundRounds"]["totalCount"] == 0
    assert story.ask(EVERYTHING_OF_GRANTS, part)["grant"] is None
    assert story.ask(ASKED["grantPipeline"], part)["grantPipeline"]["rows"] == []
    if role != "assessor":
        for name in ("paymentCalendar", *sorted(EFFECT)):
            assert story.ask(ASKED[name], part)[name] in ([], {"rows": []}), name


@pytest.mark.parametrize("role", ["steering_member", "assessor"])
def test_whom_an_organisation_sends_to_judge_sees_the_funds(story: Scene, role: str) -> None:
    sent: Grants = ((role, f"organisation:{CHARITY}"),)
    assert [each["node"]["id"] for each in story.ask(FUNDS, sent)["funds"]["edges"]] == ["f1", "f2"]
    assert story.ask(ASKED["grants"], sent)["grants"]["totalCount"] == 4


def test_whoever_only_judges_is_not_told_what_was_paid(story: Scene) -> None:
    seen = story.ask(EVERYTHING_OF_GRANTS, FINANCE)["grant"]
    assert seen == {
        "phase": "ACTIVE",
        "title": "Nene table",
        "awarded": 14_999_00,
        "paid": 4_999_00,
        "instalments": [{"dueOn": "2026-09-01", "pence": 14_999_00}],
        "payments": [
            {"kind": "PAID", "pence": 5_000_01, "day": "2026-09-01"},
            {"kind": "RETURNED", "pence": 1_01, "day": "2026-09-01"},
        ],
    }
    judged = story.ask(EVERYTHING_OF_GRANTS, ASSESSOR)["grant"]
    assert judged == {**seen, "paid": None, "instalments": [], "payments": []}


HANGS_ON = """query($id: ID!) { grant(id: $id) {
    assessments { assessor moderated points { criterion score } } conflicts { assessor kind }
    drawdowns { id phase pence reason evidence paymentId } reports { id phase sessions peopleBand spendPence } } }"""


def test_what_hangs_on_a_grant_is_told(story: Scene) -> None:
    points = [("ann", False, 4), ("bea", False, 2), ("olu", True, 3)]
    assert story.ask(HANGS_ON, FINANCE, id="g4")["grant"] == {
        "assessments": [
            {"assessor": who, "moderated": moderated, "points": [{"criterion": "need", "score": score}]}
            for who, moderated, score in sorted(points, key=lambda each: "" if each[1] else each[0])
        ],
        "conflicts": [{"assessor": "rob", "kind": "partner"}],
        "drawdowns": [],
        "reports": [],
    }
    money = {
        "id": "d-2026-09-01",
        "phase": "PAID",
        "pence": 5_000_01,
        "reason": None,
        "evidence": [],
        "paymentId": "p-g1-2026-09-01",
    }
    query = {
        "id": "d2",
        "phase": "QUERIED",
        "pence": 7,
        "reason": "report_first",
        "evidence": [HASH],
        "paymentId": None,
    }
    found = story.ask(HANGS_ON, FINANCE, id="g1")["grant"]
    assert found["drawdowns"] == [money, query]
    assert found["reports"] == [
        {"id": "m1", "phase": "ACCEPTED", "sessions": 12, "peopleBand": "26-50", "spendPence": 5_00},
        {"id": "m2", "phase": "OVERDUE", "sessions": None, "peopleBand": None, "spendPence": None},
    ]
    assert story.ask(HANGS_ON, ASSESSOR, id="g1")["grant"]["drawdowns"] == []


def test_who_judges_alone_sees_how_others_did_once_they_have_scored_it(story: Scene) -> None:
    assert story.ask(HANGS_ON, ASSESSOR, id="g4")["grant"]["assessments"] == []
    story.do("g4", scored("user-wren", 5))
    story.catch_up()
    judged = story.ask(HANGS_ON, ASSESSOR, id="g4")["grant"]["assessments"]
    assert {each["assessor"] for each in judged} == {"ann", "bea", "olu", "user-wren"}


def test_the_pipeline_counts_grants_and_what_they_come_to(story: Scene) -> None:
    asked = '{ grantPipeline(fund: "f1") { suppressed rows { phase grants asked awarded } } }'
    assert story.ask(asked, OFFICER)["grantPipeline"] == {
        "suppressed": 0,
        "rows": [
            {"phase": "ACTIVE", "grants": 2, "asked": 25_000_01, "awarded": 24_999_00},
            {"phase": "PITCHED", "grants": 1, "asked": 500_00, "awarded": 0},
            {"phase": "RECOMMENDED", "grants": 1, "asked": 2_000_00, "awarded": 0},
        ],
    }


def test_grants_are_paged_by_key_and_found_by_what_they_are(story: Scene) -> None:
    page = """query($first: Int, $after: String, $filter: ChestGrantFilter) { grants(first: $first, after: $after, filter: $filter) {
        totalCount pageInfo { endCursor hasNextPage } edges { node { id } } } }"""
    seen: list[str] = []
    after, more = None, True
    while more:
        found = story.ask(page, OFFICER, first=1, after=after)["grants"]
        seen += [edge["node"]["id"] for edge in found["edges"]]
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    assert seen == ["g4", "g3", "g2", "g1"]
    for wanted, ids in (
        ({"phase": "RECOMMENDED"}, ["g3"]),
        ({"phase": "PITCHED"}, ["g4"]),
        ({"fund": "f1", "round": "r1", "organisation": CHARITY}, ["g4", "g3", "g2", "g1"]),
        ({"fund": "f2"}, []),
        ({"organisation": NHS}, []),
    ):
        found = story.ask(page, OFFICER, filter=wanted)["grants"]["edges"]
        assert [edge["node"]["id"] for edge in found] == ids
    _, errors = story.answer(page, OFFICER, filter={"round": "r1"})
    assert errors[0]["extensions"]["code"] == "REFUSED"


@pytest.mark.parametrize("name", ASKED)
def test_the_bytes_are_those_of_graphql_core_and_take_one_statement(story: Scene, name: str) -> None:
    async def ask() -> None:
        asker = story.asker(OFFICER)
        ours = await ANSWERING.answer(asker, ASKED[name], None, {})
        assert len(story.statements) == 1
        prepared = ANSWERING.prepare(ASKED[name], None)
        assert ours == await ANSWERING.interpret(asker, prepared, {})
        assert b"errors" not in ours

    story.run(ask())


def test_two_icss_do_not_see_each_other(story: Scene) -> None:
    nothing_crossed(story)
    assert story.ask(FUND, OFFICER, "QMF")["fund"]["name"] == "Ptarmigan chest"


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = ("ballot", "ballot_past", "capacity", "connection", "effect", "ending", "evidence", "measure", "place", "plan", "referral", "service", "unmet")  # fmt: skip
    same_rows(story, monkeypatch, empty=tuple(f"community_chest_v1_{each}" for each in empty))
