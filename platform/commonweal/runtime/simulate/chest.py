"""An invented year of community chests: one in each borough, paid into, applied to, judged, paid out and reported on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from commonweal.domain import due, tenant
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
    money,
    payment,
    underspend,
)
from commonweal.domain.directory.community_organisation import ListOrganisation
from commonweal.runtime.simulate.invented import GIVEN
from commonweal.runtime.simulate.services import services
from commonweal.runtime.simulate.step import Step, made_id

AWARDS: Final = 82
"""Awards in a year over seven boroughs: as many as the chests of North East London made."""
BOROUGHS: Final = 7
DAYS: Final = 360
"""How far back the year begins."""
OFFICER, FINANCE, ASSESSORS = "simulation", "simulation-finance", ("simulation-1", "simulation-2")
_METHODS: Final = ("panel", "participatory", "panel", "delegated", "participatory", "panel", "panel")
_ELIGIBILITY: Final = ("not_for_profit", "in_area", "governing_document", "own_account")
_CRITERIA: Final = ("need", "reach", "coproduction", "delivery")
_WEIGHTS: Final = (3, 2, 2, 1)
_PURPOSES: Final = ("loneliness", "low_mood", "food", "money", "inactivity", "caring", "bereavement", "arts")
_INNER: Final = ("loneliness", "low_mood")
"""What half of a panel's round is kept for."""
_DOES: Final = ("Kitchen", "Garden", "Table", "Choir", "Workshop", "Walks", "Visiting", "Advice", "Club", "Exchange")
_GROUPS: Final = ("older", "carers", "minoritised", "migrants", "low_income", "disabled", "young", "women")
_MATCH: Final = 4_000_000
"""The NHS's £40,000 in each borough, which the council matches."""


@dataclass(frozen=True, slots=True)
class Bid:
    """An application, and how far it comes."""

    grant_id: str
    organisation: str
    title: str
    pence: int
    purpose: str
    groups: tuple[str, ...]
    fate: str
    """awarded | reserve | declined | ineligible"""
    number: int


@dataclass(frozen=True, slots=True)
class Chest:
    """One borough's fund with all that is applied for in it."""

    fund_id: str
    place: str
    name: str
    method: str
    bids: tuple[Bid, ...]
    services: tuple[str, ...]
    ods: str
    began: datetime

    def steps(self) -> Iterator[Step]:
        """Its year, in order."""
        for number, (day, identity, command) in enumerate(sorted(self._year(), key=lambda each: each[0])):
            yield Step(f"{self.fund_id} {number}", identity, command, self.began + timedelta(days=day))

    def _on(self, day: int) -> date:
        return due.today(self.began + timedelta(days=day))

    def _year(self) -> Iterator[tuple[int, str, object]]:
        yield from self._founding()
        for bid in self.bids:
            yield from self._application(bid)
        if self.method == "participatory":
            yield from self._vote()
        yield 105, self.fund_id, fund_rounds.CloseRound(round_id="r1", on=self._on(105), by=OFFICER)
        awarded = [bid for bid in self.bids if bid.fate == "awarded"]
        for bid in awarded:
            yield from self._award(bid, awarded)

    def _founding(self) -> Iterator[tuple[int, str, object]]:
        here, council = self.fund_id, _charity(900_000 + int(self.place[-3:]))
        voters = tuple(dict.fromkeys(bid.organisation for bid in self.bids))
        yield 0, here, fund.FoundFund(
            name=self.name, areas=(self.place,), method=self.method, steering_group=voters[:3], by=OFFICER
        )  # fmt: skip
        yield 1, here, fund.SetFundRules(eligibility=_ELIGIBILITY, criteria=_CRITERIA, weights=_WEIGHTS, by=OFFICER)
        yield 2, here, fund.AppointSteeringMember(organisation=voters[0], interests=voters[1:2], by=OFFICER)
        yield 5, here, fund_pledges.MakePledge(pledge_id="nhs", funder=self.ods, amount_pence=_MATCH, by=OFFICER)
        yield 6, here, fund_pledges.MakePledge(
            pledge_id="council", funder=council, amount_pence=_MATCH, match_pence=_MATCH, by=OFFICER
        )  # fmt: skip
        yield 7, here, fund_pledges.MakePledge(
            pledge_id="trust", funder=_charity(900_001), amount_pence=500_000, purposes=_INNER, by=OFFICER
        )  # fmt: skip
        for pledge in ("nhs", "council", "trust"):
            yield 12, here, fund_pledges.ConfirmPledge(pledge_id=pledge, by=OFFICER)
        for day, pledge, pence in (
            (20, "nhs", _MATCH),
            (21, "council", _MATCH // 2),
            (22, "trust", 500_000),
            (150, "council", _MATCH // 2),
        ):
            yield day, here, fund_pledges.ReceiveFunds(
                pledge_id=pledge, receipt_id=f"{self.place}-{pledge}-{day}", amount_pence=pence,
                received_on=self._on(day), on=self._on(day), by=FINANCE,
            )  # fmt: skip
        yield 25, here, fund_priorities.SetPriority(needs=_INNER, by=OFFICER)
        kept = ("+".join(_INNER),) if self.method == "panel" else ()
        yield 30, here, fund_rounds.OpenRound(
            round_id="r1", name="Spring round", opens_on=self._on(30), closes_on=self._on(65),
            least_pence=50_000, most_pence=1_000_000, fast_track_below_pence=100_000, ringfences=kept, ringfence_percents=(50,) * len(kept), by=OFFICER,
        )  # fmt: skip

    def _application(self, bid: Bid) -> Iterator[tuple[int, str, object]]:
        day = 31 + bid.number % 30
        yield day, bid.grant_id, apply.StartApplication(
            fund_id=self.fund_id, round_id="r1", organisation=bid.organisation, link_id=f"{bid.grant_id}-1",
            on=self._on(day), by=OFFICER,
        )  # fmt: skip
        if bid.number % 4 == 0:
            yield day + 1, bid.grant_id, grant_application.RecordApplicantSupport(
                support_id="first", kind="budget", minutes=90, given_on=self._on(day + 1), on=self._on(day + 1), by=OFFICER
            )  # fmt: skip
        yield day + 2, bid.grant_id, grant_application.SaveApplication(
            title=bid.title, amount_pence=bid.pence, purpose=bid.purpose, area=self.place, groups=bid.groups,
            statement=f"{bid.title} opens its doors once a week, and nobody who comes is a stranger twice.",
            beneficiaries="People who would like company, and those who bring them.", places=6 + bid.number % 10,
            starts_on=self._on(110), ends_on=self._on(110 + 30 * self._months(bid)),
        )  # fmt: skip
        yield day + 3, bid.grant_id, apply.SubmitApplication(fund_id=self.fund_id, on=self._on(day + 3))
        if bid.fate == "ineligible":
            yield 70, bid.grant_id, assess.CheckEligibility(
                failed=("own_account",), reason="The account is a member's own.", by=OFFICER
            )  # fmt: skip
            return
        yield 70, bid.grant_id, assess.CheckEligibility(by=OFFICER)
        yield 71, bid.grant_id, grant_assessment.RecordDueDiligence(
            charity_number=bid.organisation, bank_checked=True, safeguarding_policy=True, insured_until=self._on(500),
            accounts_year=self.began.year - 1, on=self._on(71), by=OFFICER,
        )  # fmt: skip
        yield from self._judged(bid)

    def _judged(self, bid: Bid) -> Iterator[tuple[int, str, object]]:
        if self.method == "panel":
            for nth, assessor in enumerate(ASSESSORS):
                high = 5 - nth if bid.fate == "awarded" else 3 - nth
                yield 75 + nth, bid.grant_id, assess.AssessApplication(
                    criteria=_CRITERIA, scores=(high, high, max(high - 1, 0), high), by=assessor
                )  # fmt: skip
        if self.method == "participatory":
            yield 85, bid.grant_id, grant_assessment.RecordPitch(held_on=self._on(85), on=self._on(85), by=OFFICER)
        if bid.fate == "awarded":
            yield 95, bid.grant_id, assess.RecommendApplication(
                grant_id=bid.grant_id, amount_pence=bid.pence, conditions=("A safeguarding lead is named.",),
                known_ballots=(self._ballot,) if self.method == "participatory" else (), by=OFFICER,
            )  # fmt: skip
        elif bid.fate == "reserve":
            yield 96, bid.grant_id, assess.PlaceOnReserve(rank=1 + bid.number % 5, by=OFFICER)
        else:
            yield 96, bid.grant_id, assess.DeclineApplication(
                reason="vote" if self.method == "participatory" else "score",
                feedback="Others reached more people for the same money. Come and talk to us before the next round.",
                by=OFFICER,
            )  # fmt: skip

    def _vote(self) -> Iterator[tuple[int, str, object]]:
        standing = [bid for bid in self.bids if bid.fate != "ineligible"]
        identity = self._ballot
        yield 86, identity, ballot_opening.OpenBallot(
            fund_id=self.fund_id, round_id="r1", grants=tuple(bid.grant_id for bid in standing),
            closes_on=self._on(90), on=self._on(86), by=OFFICER,
        )  # fmt: skip
        favourites = [bid for bid in standing if bid.fate == "awarded"]
        voters = dict.fromkeys(bid.organisation for bid in standing)
        for nth, voter in enumerate(voters):
            turned = favourites[nth % len(favourites) :] + favourites[: nth % len(favourites)]
            choices = tuple(bid.grant_id for bid in turned if bid.organisation != voter)[:3]
            yield 87 + nth % 3, identity, ballot.CastVote(
                organisation=voter, token_id=f"{identity}-{nth}", choices=choices, on=self._on(87 + nth % 3)
            )  # fmt: skip
        yield 92, identity, ballot.CountVotes(on=self._on(92), by=OFFICER)

    @property
    def _ballot(self) -> str:
        return str(made_id(self.fund_id, "ballot"))

    def _months(self, bid: Bid) -> int:
        return 18 if self._tapers(bid) else 9

    def _tapers(self, bid: Bid) -> bool:
        """Every ninth award is paid less each time, so that nobody falls off an edge."""
        return bid.number % 9 == 4

    def _award(self, bid: Bid, awarded: Sequence[Bid]) -> Iterator[tuple[int, str, object]]:
        here, fund_id = bid.grant_id, self.fund_id
        parts, days = ((5, 3, 2), (112, 218, 420)) if self._tapers(bid) else ((1, 1), (112, 218))
        pence = money.largest_remainder(bid.pence, parts)
        yield 97, here, award.OfferGrant(
            grant_id=here, fund_id=fund_id, amount_pence=bid.pence, schedule_on=tuple(self._on(day) for day in days),
            schedule_pence=pence, on=self._on(97), by=OFFICER,
        )  # fmt: skip
        yield 99, here, grant_award.AcceptGrant(on=self._on(99))
        yield 106, here, grant_award.SignAgreement(
            document_hash=made_id(here, "agreement").hex * 2, signed_for=(self.ods, bid.organisation),
            signed_on=self._on(106), on=self._on(106), by=OFFICER,
        )  # fmt: skip
        yield 107, here, grant_award.MeetCondition(condition=1, by=OFFICER)
        if bid.number % 3 < 2:  # the others' words nobody has looked at yet
            yield 107, here, grant_award.PublishAward(
                title=f"Fridays at {bid.title}", summary="Open once a week, to whoever lives alone or looks after somebody.", by=OFFICER
            )  # fmt: skip
        yield 108, here, capacity.FundCapacity(
            capacity_id="places", service_id=self.services[bid.number % len(self.services)], places=6 + bid.number % 10,
            from_on=self._on(110), to_on=self._on(110 + 30 * self._months(bid)), by=OFFICER,
        )  # fmt: skip
        yield from self._paid(here, "d1", pence[0], 112)
        yield 120, here, grant_monitoring.AskForMonitoring(
            report_id="half", from_on=self._on(110), to_on=self._on(200), due_on=self._on(214), on=self._on(120), by=OFFICER
        )  # fmt: skip
        if bid.number % 11 == 7:
            return  # a report is overdue, and nothing more is paid
        if bid.number % 11 == 3:
            yield (
                202,
                here,
                grant_payments.RequestDrawdown(drawdown_id="early", amount_pence=pence[1], on=self._on(202)),
            )
            yield 203, here, grant_payments.RefuseDrawdown(drawdown_id="early", reason="report_first", by=OFFICER)
        yield 205, here, grant_monitoring.SubmitMonitoring(
            report_id="half", sessions=12, places=6 + bid.number % 10, people_band="26-50", spend_pence=pence[0],
            learning="People come back when they have a job to do.", on=self._on(205),
        )  # fmt: skip
        yield 212, here, grant_monitoring.AcceptMonitoring(report_id="half", by=OFFICER)
        yield from self._paid(here, "d2", pence[1], 218)
        if bid.number % 10 == 6:
            yield from self._left_over(bid, awarded, pence[1] // 4)
        elif bid.number % 3 == 0 and not self._tapers(bid):
            yield 330, here, award.CloseAward(grant_id=here, fund_id=fund_id, by=OFFICER)

    def _paid(self, grant_id: str, drawdown: str, pence: int, day: int) -> Iterator[tuple[int, str, object]]:
        yield day, grant_id, grant_payments.RequestDrawdown(
            drawdown_id=drawdown, amount_pence=pence, on=self._on(day), report_id=None if drawdown == "d1" else "half"
        )  # fmt: skip
        yield day + 2, grant_id, grant_payments.ApproveDrawdown(
            drawdown_id=drawdown, on=self._on(day + 2), by=OFFICER
        )  # fmt: skip
        yield day + 5, grant_id, payment.MakePayment(
            grant_id=grant_id, fund_id=self.fund_id, payment_id=f"{grant_id}-{drawdown}", drawdown_id=drawdown,
            paid_on=self._on(day + 5), on=self._on(day + 5), by=FINANCE,
        )  # fmt: skip

    def _left_over(self, bid: Bid, awarded: Sequence[Bid], pence: int) -> Iterator[tuple[int, str, object]]:
        """What one does not need goes to another, if another is there that runs on."""
        here = bid.grant_id
        yield 300, here, grant_payments.ReportUnderspend(amount_pence=pence, on=self._on(300))
        yield 305, here, underspend.ReturnUnderspend(
            grant_id=here, fund_id=self.fund_id, return_id=f"{here}-back", amount_pence=pence, returned_on=self._on(305),
            on=self._on(305), by=FINANCE,
        )  # fmt: skip
        others = [
            each for each in awarded if self._tapers(each) and each.grant_id != here and each.purpose == bid.purpose
        ]
        for other in others[:1]:
            yield 310, here, underspend.ReallocateUnderspend(
                grant_id=here, fund_id=self.fund_id, reallocation_id=f"{here}-on", to_grant=other.grant_id,
                amount_pence=pence, due_on=self._on(420), on=self._on(310), by=FINANCE,
            )  # fmt: skip


def chests(ods: str, known: tenant.State, now: datetime, seed: int) -> tuple[Chest, ...]:
    """A fund for each of up to seven places of an ICS, with as many awards in all as there were in a year."""
    chance = Random(f"{ods} chest {seed}")  # noqa: S311 – an invented year, the same for ever
    places = sorted(known.places)[-BOROUGHS:]
    shares = money.largest_remainder(AWARDS * len(places) // BOROUGHS, tuple(chance.randint(8, 14) for _ in places))
    began = (now - timedelta(days=DAYS)).replace(hour=10, minute=0, second=0, microsecond=0)
    return tuple(
        Chest(
            fund_id=str(made_id(ods, "chest", seed, place)),
            place=place,
            name=f"{known.places[place].name} community chest",
            method=_METHODS[nth % len(_METHODS)],
            bids=tuple(_bids(ods, place, awards, seed, chance)),
            services=services(ods),
            ods=ods,
            began=began,
        )
        for nth, (place, awards) in enumerate(zip(places, shares, strict=True))
    )


def _bids(ods: str, place: str, awards: int, seed: int, chance: Random) -> Iterator[Bid]:
    fates = ["awarded"] * awards + ["reserve"] * 2 + ["declined"] * (awards // 3) + ["ineligible"] * 2
    inner = total = 0
    budget = 7_600_000 // awards
    for number, fate in enumerate(fates):
        pence = min(chance.randint(budget // 2, budget), 1_000_000) // 100 * 100
        purpose = chance.choice(_PURPOSES)
        if fate == "awarded":
            purpose = chance.choice(_INNER) if inner * 2 < total + pence else purpose
            total, inner = total + pence, inner + pence * (purpose in _INNER)
        name = f"{chance.choice(GIVEN)} {chance.choice(_DOES)}"
        yield Bid(
            grant_id=str(made_id(ods, "grant", seed, place, number)),
            organisation=_charity(910_000 + int(place[-3:]) * 100 + number),
            title=name,
            pence=pence,
            purpose=purpose,
            groups=tuple(sorted({chance.choice(_GROUPS), chance.choice(_GROUPS)})),
            fate=fate,
            number=number,
        )


def organisations(ods: str, every: Sequence[Chest]) -> Iterator[Step]:
    """Those who apply and those who pledge, as the directory lists them."""
    pledging = {_charity(900_001): "Wrenfield Trust"}
    names = pledging | {_charity(900_000 + int(each.place[-3:])): f"Council of {each.name}" for each in every}
    names |= {bid.organisation: bid.title for each in every for bid in each.bids}
    for code, name in names.items():
        listed = ListOrganisation(name=name, identifiers=(code,))
        yield Step(f"organisation {code}", str(made_id(ods, "organisation", code)), listed, every[0].began)


def _charity(number: int) -> str:
    """A register number that no charity has."""
    return f"GB-CHC-9{number}"
