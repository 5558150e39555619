"""The steps of a community chest that its stories have in common, by whoever takes them: at a desk, over GraphQL, or by a link."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, Final

import httpx
from playwright.sync_api import Browser

from commonweal.console.saved import in_pounds
from commonweal.domain.chest import (
    apply,
    assess,
    award,
    grant_assessment,
    grant_award,
    grant_payments,
    payment,
)
from commonweal.runtime.development_issuer import DevelopmentIssuer
from commonweal.runtime.sign_in import SignInLinks
from tests.journeys.asking import Someone, hidden, signed_in
from tests.journeys.desk import Desk, at_a_desk
from tests.journeys.office import Office
from tests.web import Web

HASH: Final = "a" * 64
_DRAWDOWNS: Final = "query($id: ID!) { grant(id: $id) { drawdowns { id phase } } }"
_LINK: Final = re.compile(r'value="([^"]*/(?:apply|vote)/[^"]+)"')


def charity(number: int) -> str:
    return f"GB-CHC-{1_100_000 + number}"


@dataclass(frozen=True)
class Bid:
    """What an organisation asks for."""

    organisation: str
    title: str
    pence: int
    purpose: str
    area: str
    starts_on: date
    days: int = 200

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=self.days)


@dataclass
class Outside:
    """An organisation with a link and no account, without scripts."""

    client: httpx.Client
    link: str

    def get(self, step: str = "", query: str = "") -> str:
        return self._told(self.client.get(f"{self.link}{step}{query}"))

    def send(self, step: str = "", query: str = "", **typed: Any) -> str:
        """The form of a step, with what is hidden in it; what it leads to."""
        return self._told(self.client.post(f"{self.link}{step}", data={**hidden(self.get(step, query)), **typed}))

    @staticmethod
    def _told(answer: httpx.Response) -> str:
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.text

    def applies(self, bid: Bid) -> None:
        """Writes it, looks at it, sends it."""
        self.send(
            title=bid.title,
            amount_pence=in_pounds(bid.pence),
            purpose=bid.purpose,
            area=bid.area,
            statement=f"{bid.title}, for whoever comes.",
            beneficiaries="Whoever lives alone near by.",
            **parts("starts_on", bid.starts_on),
            **parts("ends_on", bid.ends_on),
            then="look",
        )
        assert "Your application was sent" in self.send("/look")

    def votes(self, *choices: str) -> str:
        return self.send(choices=",".join(choices), then="cast")


def written(day: date) -> str:
    """As it is typed in a line of its own."""
    return f"{day.day} {day.month} {day.year}"


def parts(name: str, day: date) -> dict[str, str]:
    return {f"{name}_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


@dataclass
class Chest:
    """A fund and who works in it: `officer` and `finance` over GraphQL, where a story does not sit at their desks."""

    office: Office
    web: Web
    someone: Callable[..., Someone]
    fund: str = ""
    round: str = ""
    bank: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000)))
    there: dict[tuple[str, str], Someone] = field(default_factory=dict)

    def who(self, subject: str, role: str, scope: str = "tenant") -> Someone:
        """Somebody, who signs in anew in each hour the calendar comes to."""
        key = (subject, f"{datetime.now(UTC):%Y-%m-%d %H}")
        if key not in self.there:
            self.there[key] = self.someone(subject, (role, scope))
        return self.there[key]

    @property
    def officer(self) -> Someone:
        return self.who("demo-chest-officer", "chest_officer")

    @property
    def finance(self) -> Someone:
        return self.who("demo-finance", "finance")

    @cached_property
    def outside(self) -> httpx.Client:
        return httpx.Client(follow_redirects=True, timeout=30)

    @property
    def here(self) -> str:
        return f"/chests/{self.fund}"

    @property
    def board(self) -> str:
        return f"{self.here}/rounds/{self.round}"

    def shown(self) -> None:
        """Until the pages show what was done without them."""
        self.web.followed(self.office.ods)

    def begins(self, bid: Bid) -> tuple[str, Outside]:
        """The officer begins an application, and copies the link into a message."""
        made = self.officer.do(
            apply.StartApplication,
            fundId=self.fund,
            roundId=self.round,
            organisation=bid.organisation,
            linkId=f"of-{bid.organisation}",
        )
        return made, self.linked(made)

    def linked(self, grant: str) -> Outside:
        """By the link that is shown once."""
        (link,) = _LINK.findall(self.officer.post(f"/grants/{grant}/link"))
        return Outside(self.outside, link)

    def ballot_links(self, ballot_id: str) -> list[Outside]:
        """In the order of those who vote."""
        page = self.officer.post(f"/ballots/{ballot_id}/links")
        return [Outside(self.outside, link) for link in _LINK.findall(page)]

    def found_eligible(self, grant: str) -> None:
        """It may be funded, and is what it says."""
        self.officer.do(assess.CheckEligibility, grant)
        self.officer.do(grant_assessment.RecordDueDiligence, grant, bankChecked=True, safeguardingPolicy=True)

    def offers(self, grant: str, pence: int, due: Sequence[tuple[date, int]], *conditions: str) -> None:
        """Recommended and offered, to be paid on those days."""
        self.officer.do(assess.RecommendApplication, grant, amountPence=pence, conditions=list(conditions))
        days, sums = zip(*due, strict=True)
        self.officer.do(
            award.OfferGrant,
            grant,
            fundId=self.fund,
            amountPence=pence,
            scheduleOn=[str(each) for each in days],
            schedulePence=list(sums),
        )
        self.shown()

    def signs(self, grant: str, organisation: str, on: date) -> None:
        self.officer.do(
            grant_award.SignAgreement,
            grant,
            documentHash=HASH,
            signedFor=[self.office.ods, organisation],
            signedOn=str(on),
        )

    def awards(self, bid: Bid, due: Sequence[tuple[date, int]], on: date) -> tuple[str, Outside]:
        """From the first word to the signed agreement."""
        grant, link = self.begins(bid)
        link.applies(bid)
        self.found_eligible(grant)
        self.offers(grant, bid.pence, due)
        link.send("/accept")
        self.signs(grant, bid.organisation, on)
        return grant, link

    def asked(self, grant: str) -> str:
        """The drawdown that waits for an answer."""
        drawdowns = self.officer.ask(_DRAWDOWNS, id=grant)["grant"]["drawdowns"]
        (waiting,) = (each["id"] for each in drawdowns if each["phase"] == "REQUESTED")
        return str(waiting)

    def pays(self, grant: str, drawdown: str, on: date) -> str:
        """The officer approves what was asked for, and finance pays it; the bank's reference."""
        self.officer.do(grant_payments.ApproveDrawdown, grant, drawdownId=drawdown)
        reference = f"bank-out-{next(self.bank)}"
        self.finance.do(
            payment.MakePayment,
            grant,
            fundId=self.fund,
            paymentId=reference,
            drawdownId=drawdown,
            paidOn=str(on),
        )
        self.shown()
        return reference

    def draws(self, grant: str, pence: int, on: date) -> str:
        """What a grantee asks for is paid; the bank's reference."""
        drawdown = f"d-{next(self.bank)}"
        self.officer.do(grant_payments.RequestDrawdown, grant, drawdownId=drawdown, amountPence=pence)
        return self.pays(grant, drawdown, on)


@contextmanager
def chest_of(office: Office) -> Iterator[Chest]:
    """The people of an ICS who look after a chest."""
    at = office.installation
    with httpx.Client(base_url=office.url, timeout=30) as client:
        issuer = DevelopmentIssuer(at.settings, at.platform_key)
        links = SignInLinks(at.settings, at.platform_key)
        web = Web(office.url, at, office.store, issuer, links, office.loop, client)
        with signed_in(web, office.ods) as someone:
            made = Chest(office, web, someone)
            try:
                yield made
            finally:
                made.outside.close()


def sits_in(desk: Desk, chest: Chest, subject: str, role: str, scope: str) -> None:
    """Somebody who is no example user comes in by a link of their own."""
    chest.web.token(chest.office.ods, role, scope, subject=subject)
    desk.page.goto(chest.web.way_in(chest.office.ods, subject, subject))
    desk.look()


@contextmanager
def sits(
    chest: Chest,
    browser: Browser,
    subject: str,
    role: str,
    scope: str = "tenant",
    *,
    on: datetime | None = None,
) -> Iterator[Desk]:
    """Such a somebody at a desk."""
    with at_a_desk(chest.office, browser, on=on) as desk:
        sits_in(desk, chest, subject, role, scope)
        yield desk


def founds(officer: Desk, name: str, place: str, method: str, steering: Sequence[str]) -> str:
    """A fund; its id."""
    officer.go("/chests")
    officer.follow("Found a community chest")
    officer.write("Its name", name)
    officer.tick("For which places?", place)
    officer.tick("How is it decided?", method)
    officer.write("Who steers it?", "\n".join(steering))
    officer.done("Found it", "The fund was founded. Set its rules next.")
    return officer.page.url.partition("/chests/")[2].partition("?")[0]


def sets_rules(officer: Desk, **weights: int) -> None:
    """`weights`: what counts, by the words of the criterion; how many score, and how good it must be, as the form asks."""
    officer.follow("Set the rules of the fund")
    officer.tick(
        "Who may be funded?",
        "The organisation is not for profit, or its surplus goes to its purpose",
        "It works for people of the area",
    )
    for label, weight in weights.items():
        officer.write(label.replace("_", " "), weight)
    officer.write("How many people score each application?", 2)
    officer.write("How many percent of the points must it reach?", 60)
    officer.write("How many applications may one vote for?", 3)
    officer.done("Set the rules", "The rules were set.")


def pledges(officer: Desk, name: str, funder: str, pounds: str, match: str = "") -> None:
    officer.follow("Record a pledge")
    officer.write("What will you call it?", name)
    officer.write("Whose money is it?", funder)
    officer.write("How much?", pounds)
    if match:
        officer.write("How much must others give first?", match)
    officer.done("Record it", "The pledge was recorded.")


def confirms(officer: Desk, name: str, letter: str) -> None:
    officer.follow(f"Confirm a pledge: {name}")
    officer.write("Where do they say so?", letter)
    officer.done("Confirm it", "The pledge was confirmed.")


def receives(finance: Desk, name: str, pounds: str, reference: str, on: date) -> None:
    finance.follow(f"Record money that came in: {name}")
    finance.write("How much?", pounds)
    finance.write("The bank's reference", reference)
    finance.day("When did it come?", on)
    finance.done("Record it", "The money was recorded.")


def opens_a_round(
    officer: Desk,
    name: str,
    window: tuple[date, date],
    least: str,
    most: str,
    kept: tuple[Sequence[str], int] | None = None,
    method: str = "",
    fast: str = "",
) -> str:
    """A round; its id."""
    officer.follow("Open a round")
    officer.write("Its name", name)
    officer.day("From when may one apply?", window[0])
    officer.day("Which is the last day?", window[1])
    officer.write("The least one may ask for", least)
    officer.write("The most one may ask for", most)
    if fast:
        officer.write("Below which sum is no scoring needed?", fast)
    if kept is not None:
        officer.tick("Is a part of it kept for certain needs?", *kept[0])
        officer.write("At least how many percent of the round", kept[1])
    if method:
        officer.tick("How is it decided, if not as in the rest of the fund?", method)
    officer.done("Open it", "The round was opened.")
    officer.follow(name)
    made = officer.page.url.partition("/rounds/")[2].partition("?")[0]
    officer.follow("Back to")
    return made


def begins_on_the_board(officer: Desk, organisation: str) -> tuple[str, str]:
    """An application at the desk; its id, and the link that is sent to the organisation."""
    officer.follow("Begin an application")
    officer.write("Which organisation applies?", organisation)
    officer.done("Begin it", "The application was begun.")
    card = officer.page.get_by_role("listitem").filter(has_text=organisation)
    officer.follow("Not called anything yet", within=card)
    officer.follow("Show the applicant's link")
    made = officer.page.url.partition("/grants/")[2].partition("/")[0]
    officer.press("Show the link")
    link = officer.page.get_by_label("The link", exact=True).input_value()
    officer.follow("I have copied it")
    return made, link


def applies_by_telephone(phone: Desk, link: str, bid: Bid, need: str, place: str) -> None:
    """Written in two goes, looked at, sent."""
    phone.page.goto(link)
    phone.look()
    phone.write("What do you call it?", bid.title)
    phone.write("How much do you ask for?", in_pounds(bid.pence))
    phone.done("Save and go on later", "It was saved.")
    phone.page.goto(link)
    phone.pick("What need does it meet?", need)
    phone.pick("Where is it?", place)
    phone.write("What will you do?", f"{bid.title}, for whoever comes.")
    phone.write("Whom will it help", "Whoever lives alone near by.")
    phone.day("When does it start?", bid.starts_on)
    phone.day("When does it end?", bid.ends_on)
    phone.press("Look at all of it")
    phone.reads(bid.title, "Look at all of it")
    phone.done("Send the application", "Your application was sent.")
