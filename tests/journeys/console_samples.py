"""Made-up people on made-up pages, to look at the console without a database behind it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from commonweal.console import answers
from commonweal.console.forms import (
    AllocationForm,
    Choice,
    FirstContactForm,
    LinkWorkerLoad,
    Reach,
    Subject,
    TriageForm,
)
from commonweal.console.page import AsOf, Frame, Problem, SignedIn, SignIn, Way, environment, render
from projections.caseload import board
from projections.caseload.board import Board, Card, Filter

NONCE: Final = "c2FtcGxlLW5vbmNl"
TODAY: Final = date(2026, 11, 21)
NOW: Final = datetime(2026, 11, 21, 14, 2, 11, tzinfo=UTC)
CONSOLE: Final = environment(Path(board.__file__).parents[1])

_MENU: Final = ("Caseload", "Tasks", "People", "Refer", "Directory", "Workforce", "Outcomes", "Waiting list", "Equity")
OUTSIDE: Final = Frame(nonce=NONCE)
FRAME: Final = Frame(
    nonce=NONCE,
    tenant="Northamptonshire",
    signed_in=SignedIn(name="Jo Bell", role="link worker", csrf_token="token-of-the-session"),
    here="/caseload",
    menu=tuple((text, f"/{text.lower().replace(' ', '-')}") for text in _MENU),
    as_of=AsOf(at=NOW, position=1234),
)

_PEOPLE: Final = (
    ("to_triage", "Aisha Khan", "9994313471", "55 to 74", "Abbey Medical Practice", ("loneliness",), 9, "urgent"),
    ("to_triage", "Tom Okafor", "9996194517", "18 to 34", "The Crescent Medical Centre", ("Housing", "Debt"), 2, None),
    ("to_triage", "Mary Doyle", None, "18 to 34", "Abbey Medical Practice", ("Housing",), 0, None),
    ("waiting", "Sofia Rossi", "9996846054", "35 to 54", "Moulton Surgery", ("Bereavement", "Low mood"), 38, None),
    ("waiting", "Dev Patel", "9996602028", "75 and over", "Kings Heath Practice", ("Bereavement",), 32, "urgent"),
    ("waiting", "Ellen Price", "9996998424", "35 to 54", "Moulton Surgery", ("Long-term pain", "Housing"), 12, None),
    ("waiting", None, None, None, "Kings Heath Practice", (), 11, None),
    ("allocated", "Omar Said", "9996379111", "75 and over", "Abbey Medical Practice", ("Physical activity",), 5, None),
    ("allocated", "Ruth Cole", "9992559011", "55 to 74", "Moulton Surgery", ("Loneliness", "Caring role"), 5, None),
    ("in_support", "Sam Boyd", "9998486072", "55 to 74", "Kings Heath Practice", ("Long-term pain",), 25, "urgent"),
    ("in_support", "Leila Aziz", "9994633753", "55 to 74", "Moulton Surgery", ("Physical activity",), 4, None),
    ("in_support", "Paul Marsh", "9995077405", "55 to 74", "Abbey Medical Practice", ("Housing", "Debt"), 29, None),
)
_WORKERS: Final = {"allocated": "Priya Nair", "in_support": "Alex Reid"}


def cards() -> tuple[Card, ...]:
    return tuple(
        Card(
            referral_id=f"0198c0de-0000-7000-8000-0000000000{number:02}",
            column=column,
            name=name,
            nhs_number=nhs_number,
            age_band=age_band,
            practice=practice,
            needs=needs,
            referred_on=TODAY - timedelta(days=days),
            since=TODAY - timedelta(days=days // 2),
            priority=priority,
            overdue=column == "to_triage" and days > 7,
            link_worker=_WORKERS.get(column),
        )
        for number, (column, name, nhs_number, age_band, practice, needs, days, priority) in enumerate(_PEOPLE)
    )


def filters(chosen: str = "") -> tuple[Filter, ...]:
    return (
        Filter(
            name="link_worker",
            label="Link worker",
            everything="Everyone",
            choices=(board.Choice(value="w1", text="Priya Nair"), board.Choice(value="w2", text="Alex Reid")),
            chosen=chosen,
        ),
        Filter(
            name="pcn",
            label="PCN",
            everything="All PCNs",
            choices=(board.Choice(value="U1", text="Northampton Central"),),
        ),
        Filter(
            name="practice",
            label="Practice",
            everything="All practices",
            choices=(board.Choice(value="K1", text="The Crescent Medical Centre"),),
        ),
        Filter(
            name="state",
            label="State",
            everything="All but closed",
            choices=tuple(board.Choice(value=key, text=title) for key, title in board.COLUMNS.items()),
        ),
    )


def full_board() -> Board:
    return Board(
        columns=board.columns(cards(), totals={"waiting": 1196}, addresses={"waiting": "/caseload?state=waiting"}),
        filters=filters(),
        many=1204,
        today=TODAY,
        later="/caseload?state=waiting&before=1190",
        earlier="/caseload?state=waiting&after=1203",
    )


def empty_board(chosen: str = "") -> Board:
    return Board(columns=board.columns(()), filters=filters(chosen), many=0, today=TODAY)


SUBJECT: Final = Subject(
    name="Aisha Khan",
    nhs_number="9994313471",
    born_on=date(1961, 3, 4),
    practice="Abbey Medical Practice",
    referred_on=TODAY - timedelta(days=9),
    referrer="a GP at Abbey Medical Practice",
    needs=("Loneliness", "Money worries"),
    priority="urgent",
    setting="GP practice",
    stage="To triage",
    words="Lives alone since spring.\nWould like company.",
    reach=Reach(
        phone="01604 496 0123",
        email="aisha@example.test",
        address="1 High Street\nNN1 1AA",
        language="Urdu",
        interpreter=True,
        channel="a telephone call",
        safe_times="Mornings, before ten",
        safe_to_leave_message=False,
    ),
)
BACK: Final = Way(text="Back to caseload", href="/caseload")


def triage(typed: dict[str, str] | None = None) -> TriageForm:
    return TriageForm(
        subject=SUBJECT,
        action="/referrals/0198c0de/triage",
        back=BACK,
        idempotency_key="key-of-this-form",
        expected_version=3,
        typed=typed or {},
        mistakes=() if typed is None else answers.triage_mistakes(typed),
        organisations=(
            Choice(value="RP1", text="Northamptonshire Healthcare"),
            Choice(value="RNS", text="Northampton General"),
        ),
    )


def allocation(typed: dict[str, str] | None = None) -> AllocationForm:
    return AllocationForm(
        subject=SUBJECT,
        action="/referrals/0198c0de/allocate",
        back=BACK,
        idempotency_key="key-of-this-form",
        expected_version=5,
        typed=typed or {},
        mistakes=() if typed is None else answers.allocation_mistakes(typed),
        link_workers=(
            LinkWorkerLoad(id="w1", name="Priya Nair", held=12, limit=40),
            LinkWorkerLoad(id="w2", name="Alex Reid", held=40, limit=40),
            LinkWorkerLoad(id="w3", name="Sam Lowe", held=3, limit=20, away=True),
        ),
    )


def first_contact(typed: dict[str, str] | None = None) -> FirstContactForm:
    return FirstContactForm(
        subject=SUBJECT,
        action="/referrals/0198c0de/first-contact",
        back=BACK,
        idempotency_key="key-of-this-form",
        expected_version=7,
        typed=typed or {},
        mistakes=() if typed is None else answers.first_contact_mistakes(typed, NOW),
    )


REJECTED_WITHOUT_A_REASON: Final = {"decision": "reject", "reject_reason": "", "feedback": "Please ring <us> first"}
PROBLEM: Final = Problem(
    status=409,
    sentence="Priya Nair allocated this referral while you were looking at it.",
    next="Go back to the caseload to see how it stands now. Nothing you typed was saved.",
    way=BACK,
)


@cache
def pages() -> dict[str, str]:
    """Every page by its address."""
    shown: dict[str, tuple[str, Frame, object]] = {
        "/caseload": ("caseload/page.html", FRAME, full_board()),
        "/caseload/none": ("caseload/page.html", FRAME, empty_board()),
        "/caseload/no-match": ("caseload/page.html", FRAME, empty_board("w1")),
        "/caseload/done": ("caseload/page.html", FRAME, replace(full_board(), said="Aisha Khan was accepted.")),
        "/triage": ("triage.html", FRAME, triage()),
        "/triage/mistakes": ("triage.html", FRAME, triage(REJECTED_WITHOUT_A_REASON)),
        "/allocate": ("allocate.html", FRAME, allocation()),
        "/allocate/mistakes": ("allocate.html", FRAME, allocation({"link_worker": ""})),
        "/first-contact": ("first_contact.html", FRAME, first_contact()),
        "/first-contact/mistakes": ("first_contact.html", FRAME, first_contact({"day": "31", "month": "2"})),
        "/sign-in": ("sign_in.html", OUTSIDE, SignIn(reason="You were signed out after 8 hours.")),
        "/sign-in/places": (
            "sign_in.html",
            OUTSIDE,
            SignIn(begin="/sign-in/begin", places=(("QMF", "North East London"), ("QPM", "Northamptonshire"))),
        ),
        "/problem": ("error.html", FRAME, PROBLEM),
    }
    return {address: render(CONSOLE, *asked) for address, asked in shown.items()}
