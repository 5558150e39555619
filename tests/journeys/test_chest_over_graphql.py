"""A panel's round by systems alone: everything that is done on the pages is done over GraphQL, and others hear of it on JetStream.

What an applicant wrote is in none of it: not in a subject, not in a header, not in what is sent.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from commonweal.domain.chest import (
    apply,
    assess,
    award,
    ballot,
    ballot_opening,
    capacity,
    fund,
    fund_pledges,
    fund_priorities,
    fund_rounds,
    grant_application,
    grant_assessment,
    grant_award,
    grant_monitoring,
    grant_payments,
    payment,
    underspend,
)
from commonweal.kernel import cloud_event
from commonweal.kernel.decider import category
from commonweal.runtime import permissions
from tests.journeys.asking import Someone
from tests.journeys.chestwork import HASH, Chest, charity, chest_of
from tests.journeys.london import at
from tests.journeys.office import Office, at_work, northamptonshire
from tests.near import listed, organisation

pytestmark = pytest.mark.timeout(600)

PLACE: Final = "E06000061"
CANARY: Final = "Ptarmigan"
BEGAN: Final = date(datetime.now(UTC).year - 1, 5, 4)
LAST: Final = BEGAN + timedelta(days=30)
LATER: Final = BEGAN + timedelta(days=100)
CHOIR, GARDEN, WALKS = charity(0), charity(1), charity(2)
COUNCIL: Final = charity(60)
BY_OTHERS: Final = {"CastVote", "FlagMonitoringOverdue"}
"""Commands of a chest without a mutation: a voter's link and time give them."""
MODULES: Final = (
    apply, assess, award, ballot, ballot_opening, capacity, fund, fund_pledges, fund_rounds, grant_application,
    grant_assessment, grant_award, grant_monitoring, grant_payments, payment, underspend,
)  # fmt: skip


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with at_work(northamptonshire(), began=at(BEGAN, "08:00")) as made:
        made.given("o-1", organisation("Around the Corner", identifiers=(CHOIR,)))
        made.given("choir", *listed("Tuesday choir", BEGAN, kind="peer_support", needs=("low_mood",)))
        yield made


@pytest.fixture(scope="module")
def chest(office: Office) -> Iterator[Chest]:
    with chest_of(office) as made:
        yield made


def test_a_round_is_decided_paid_and_closed_over_graphql_and_heard_of_on_jetstream(
    office: Office, chest: Chest
) -> None:
    chest.fund = founded(chest)
    choir, garden, walks = (applied(chest, who) for who in (CHOIR, GARDEN, WALKS))
    judged(chest, choir, garden, walks)
    awarded(chest, choir)
    office.on(at(LATER))
    paid_and_reported(chest, choir)
    nothing_of_it_is_said(office, chest.fund)


def founded(chest: Chest) -> str:
    """A fund with £10,000 and its first round; its id."""
    do = chest.officer.do
    made = do(fund.FoundFund, name="Nene chest", areas=[PLACE], method="panel", steeringGroup=[COUNCIL])
    rules = {"eligibility": ["in_area"], "criteria": ["need", "reach"], "weights": [2, 1]}
    do(fund.SetFundRules, made, **rules, assessors=2, passPercent=60, votes=3)
    do(fund.AppointSteeringMember, made, organisation=GARDEN, interests=[WALKS])
    do(fund_priorities.SetPriority, made, needs=["loneliness"])
    for name, pence in (("icb", 10_000_00), ("late", 500_00)):
        do(fund_pledges.MakePledge, made, pledgeId=name, funder="QPM", amountPence=pence)
        do(fund_pledges.ConfirmPledge, made, pledgeId=name)
    do(fund_pledges.WithdrawPledge, made, pledgeId="late", reason="mistake")
    received = {"receiptId": "in-1", "amountPence": 10_000_00, "receivedOn": str(BEGAN)}
    chest.finance.do(fund_pledges.ReceiveFunds, made, pledgeId="icb", **received)
    chest.round = "r1"
    window = {"opensOn": str(BEGAN), "closesOn": str(LAST - timedelta(days=1))}
    do(fund_rounds.OpenRound, made, roundId="r1", name="Round", leastPence=100_00, mostPence=5_000_00, **window)
    do(fund_rounds.ExtendRound, made, roundId="r1", closesOn=str(LAST))
    return made


def applied(chest: Chest, who: str) -> str:
    do = chest.officer.do
    of = {"fundId": chest.fund, "roundId": chest.round, "organisation": who}
    made = do(apply.StartApplication, **of, linkId=f"first-{who}")
    do(grant_application.ReplaceApplicantLink, made, linkId=f"second-{who}")
    do(
        grant_application.RecordApplicantSupport,
        made,
        supportId="s-1",
        kind="budget",
        minutes=45,
        givenOn=str(BEGAN),
    )
    do(
        grant_application.SaveApplication,
        made,
        title=f"{CANARY} songs",
        amountPence=3_000_01,
        purpose="loneliness",
        area=PLACE,
        statement=f"{CANARY} sings",
        beneficiaries=f"{CANARY} and friends",
        startsOn=str(LAST),
        endsOn=str(LAST + timedelta(days=300)),
    )
    do(apply.SubmitApplication, made, fundId=chest.fund)
    return made


def judged(chest: Chest, choir: str, garden: str, walks: str) -> None:
    """Two score; one steps back; one is declined, and one withdrawn."""
    do = chest.officer.do
    ada, ben = chest.who("ada", "assessor"), chest.who("ben", "assessor")
    for grant in (choir, garden):
        do(assess.CheckEligibility, grant)
        do(
            grant_assessment.RecordDueDiligence,
            grant,
            charityNumber=CHOIR,
            bankChecked=True,
            safeguardingPolicy=True,
            accountsYear=BEGAN.year - 1,
        )
    do(assess.CheckEligibility, walks, failed=["in_area"], reason=f"{CANARY} is of another place")
    do(assess.ShortlistApplication, choir)
    wrong = score(ada, choir, 6, 3, refused=True)
    assert "scores must be 0 to 5" in wrong
    score(ada, choir, 5, 4)
    ben.do(grant_assessment.DeclareConflict, choir, kind="partner")
    assert "you declared a conflict of interest" in score(ben, choir, 1, 1, refused=True)
    do(grant_assessment.ClearConflict, choir, assessor=ben.id, reason="mistake")
    score(ben, choir, 3, 3)
    panel = {"criteria": ["need", "reach"], "scores": [4, 4], "comment": f"{CANARY} is well liked"}
    do(assess.ModerateAssessment, choir, **panel)
    do(grant_assessment.RecordPitch, choir, heldOn=str(BEGAN), minutes=f"{CANARY} spoke")
    do(assess.PlaceOnReserve, garden, rank=1)
    do(assess.DeclineApplication, garden, reason="score", feedback=f"{CANARY} may ask again")


def scores(need: int, reach: int) -> dict[str, Any]:
    return {"criteria": ["need", "reach"], "scores": [need, reach], "comment": f"{CANARY} moved me"}


def score(who: Someone, grant: str, need: int, reach: int, *, refused: bool = False) -> str:
    given = scores(need, reach)
    if refused:
        return str(who.refused(assess.AssessApplication, grant, **given)["message"])
    return who.do(assess.AssessApplication, grant, **given)


def awarded(chest: Chest, grant: str) -> None:
    chest.offers(grant, 3_000_01, ((LAST, 2_000_00), (LATER, 1_000_01)), f"{CANARY} has a safeguarding lead")
    do = chest.officer.do
    do(grant_award.AcceptGrant, grant)
    chest.signs(grant, CHOIR, BEGAN)
    do(grant_award.BreachCondition, grant, condition=1, reason="late")
    do(grant_award.MeetCondition, grant, condition=1, evidence="policy-3")
    places = {"places": 12, "fromOn": str(LAST), "toOn": str(LATER)}
    do(capacity.FundCapacity, grant, capacityId="c-1", serviceId="choir", **places)


def paid_and_reported(chest: Chest, grant: str) -> None:
    """Queried, asked again, paid; reported on; £10.01 left over and returned; all closed, and the books agree."""
    do, of, on = chest.officer.do, {"fundId": chest.fund}, {"paidOn": str(LATER)}
    do(grant_payments.RequestDrawdown, grant, drawdownId="d-1", amountPence=3_000_01)
    do(grant_payments.QueryDrawdown, grant, drawdownId="d-1", reason="no_evidence")
    do(grant_payments.RequestDrawdown, grant, drawdownId="d-1", amountPence=3_000_01, evidence=[HASH])
    do(grant_payments.ApproveDrawdown, grant, drawdownId="d-1")
    chest.finance.do(payment.MakePayment, grant, **of, paymentId="out-1", drawdownId="d-1", **on)
    asked = {"fromOn": str(LAST), "toOn": str(LATER - timedelta(days=1)), "dueOn": str(LATER)}
    do(grant_monitoring.AskForMonitoring, grant, reportId="m-1", **asked)
    told = {"sessions": 10, "places": 120, "peopleBand": "26-50", "spendPence": 2_990_00}
    do(grant_monitoring.SubmitMonitoring, grant, reportId="m-1", **told, learning=f"{CANARY} came each week")
    do(grant_monitoring.QueryMonitoring, grant, reportId="m-1", question=f"Did {CANARY} come alone?")
    do(grant_monitoring.SubmitMonitoring, grant, reportId="m-1", **told, learning=f"{CANARY} came with others")
    do(grant_monitoring.AcceptMonitoring, grant, reportId="m-1")
    do(grant_payments.ReportUnderspend, grant, amountPence=10_01)
    back = {"returnId": "back-1", "amountPence": 10_01, "returnedOn": str(LATER)}
    chest.finance.do(underspend.ReturnUnderspend, grant, **of, **back)
    do(award.CloseAward, grant, **of)
    do(fund_rounds.CloseRound, chest.fund, roundId=chest.round)
    do(fund.PublishEvaluation, chest.fund, documentHash=HASH, publishedOn=str(LATER))
    chest.finance.do(fund.ReconcileFund, chest.fund)
    found = chest.finance.ask(BOOKS, id=chest.fund, grant=grant, since=str(BEGAN), until=str(LATER))
    assert found["fund"] == {
        "phase": "CLOSED",
        "balance": {"received": 10_000_00, "awarded": 2_990_00, "paid": 2_990_00},
    }
    assert (found["grant"]["phase"], found["grant"]["awarded"], found["grant"]["paid"]) == (
        "CLOSED",
        2_990_00,
        2_990_00,
    )
    opening, *moved, closing = [[row[name] for name in SUMS] for row in found["fundStatement"]["rows"]]
    assert closing == [sum(column) for column in zip(opening, *moved, strict=True)]
    assert closing == [10_000_00, 10_000_00, 10_000_00, 2_990_00, 2_990_00]


SUMS: Final = ("pledged", "confirmed", "received", "awarded", "paid")
BOOKS: Final = """query($id: ID!, $grant: ID!, $since: Date!, $until: Date!) {
    fund(id: $id) { phase balance { received awarded paid } }
    grant(id: $grant) { phase awarded paid }
    fundStatement(fund: $id, since: $since, until: $until) { rows { pledged confirmed received awarded paid } } }"""


def nothing_of_it_is_said(office: Office, fund_id: str) -> None:
    """Every event of the chest came on the subject of its ICS, in the order of the log, and its words are sealed."""
    stored = office.run(_stored(office))
    office.until(lambda: len(office.run(_carried(office))) == len(stored))
    carried = office.run(_carried(office))
    ours = [(name, headers, data) for name, headers, data in carried if name.split(".")[2] in ("fund", "grant")]
    assert [cloud_event.read(data).type for _, _, data in ours] == [
        each.type for each in stored if category(each.stream_id) in ("fund", "grant")
    ]
    assert len({cloud_event.read(data).type for _, _, data in ours}) > 40
    assert any(cloud_event.read(data).stream_id == f"fund-{fund_id}" for _, _, data in ours)
    for subject, headers, data in ours:
        read = cloud_event.read(data)
        kind = category(read.stream_id)
        assert subject.startswith(f"sp.{office.ods}.{kind}.")
        assert subject.endswith(f".{read.type}")
        assert CANARY.encode() not in data
        assert CANARY not in f"{subject} {headers}"
        assert CHOIR not in f"{subject} {headers}"


async def _stored(office: Office) -> list[Any]:
    return list(await (await office.store.tenant(office.ods)).log.after(0, 100_000))


async def _carried(office: Office) -> list[tuple[str, dict[str, str], bytes]]:
    """(subject, headers, message) of each, as whoever may read the stream of the ICS gets it."""
    at_nats = office.installation
    reader = await at_nats.accounts.connect(at_nats.nats_url, office.ods, "reader", name="journey")
    try:
        told = await reader.request("$JS.API.STREAM.INFO.EVENTS", b"", timeout=5)
        state = json.loads(told.data)["state"]
        found = []
        for sequence in range(state["first_seq"], state["last_seq"] + 1):
            got = await reader.request("$JS.API.DIRECT.GET.EVENTS", b'{"seq":%d}' % sequence, timeout=5)
            headers = dict(got.headers or {})
            found.append((headers.pop("Nats-Subject"), headers, got.data))
        return found
    finally:
        await reader.close()


def test_every_command_of_a_chest_is_offered_but_those_that_others_give() -> None:
    commands = {each for module in MODULES for each in getattr(module.Command, "__args__", (module.Command,))}
    assert {each.__name__ for each in commands if each not in permissions.COMMANDS} == BY_OTHERS
