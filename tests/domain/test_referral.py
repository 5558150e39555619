"""A referral on its way, from the day it arrives."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from commonweal.domain.message import Claim
from commonweal.domain.people.consent import ConsentGiven, ConsentWithdrawn
from commonweal.domain.people.person import PersonDied, PersonErased, PersonRegistered
from commonweal.domain.referrals import receive, referral, triage
from commonweal.domain.referrals.programme import ProgrammeClosed, ProgrammeOpened
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.domain.referrals.referral import (
    AcceptReferral,
    FirstContactMade,
    FlagTriageOverdue,
    LinkWorkerAllocated,
    PlacedOnWaitingList,
    RecordFirstContact,
    RedirectReferral,
    ReferralAccepted,
    ReferralReceived,
    ReferralRedirected,
    ReferralRejected,
    ReferralRetractedInError,
    RejectReferral,
    SocialPrescribingDeclined,
    StartTriage,
    TriageOverdue,
    TriageStarted,
)
from tests.given import given, state_of

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
TWO_DAYS_ON = NOW + timedelta(days=2)
RECEIVED = ReferralReceived(
    person_id="ottoline",
    source="01",
    source_org="K83001",
    source_reference="EMIS-77",
    setting="gp",
    priority="2",
    reasons=("loneliness", "money"),
    narrative="On her own since March",
    referrer_role="gp",
    referrer_name="Dr Pym",
    practice="U35821/burton",
    received_at=NOW,
)
ACCEPTED = (RECEIVED, ReferralAccepted(), PlacedOnWaitingList(priority="2"))
ALLOCATED = (*ACCEPTED, LinkWorkerAllocated(worker_id="amira", weight=2, reason="practice"))
CONTACT = FirstContactMade(worker_id="amira", medium="01", held_at=TWO_DAYS_ON, note="Tea at the centre")
RETRACTED = ReferralRetractedInError(reason="wrong_person")
DECLINED = SocialPrescribingDeclined(reason="not_now")
REJECT = RejectReferral(reason="out_of_area", feedback="She lives in Leicester now")
REJECTED = ReferralRejected(reason="out_of_area", feedback="She lives in Leicester now")
REDIRECT = RedirectReferral(to_organisation="RP1", reason="better_placed")
REDIRECTED = ReferralRedirected(to_organisation="RP1", reason="better_placed")
FLAG = FlagTriageOverdue(due_at=TWO_DAYS_ON, at=TWO_DAYS_ON)
FIRST_CONTACT = RecordFirstContact(medium="01", held_at=TWO_DAYS_ON, note="Tea at the centre")

REFER = ReceiveReferral(
    person_id="ottoline",
    source="01",
    source_org="K83001",
    source_reference="EMIS-77",
    setting="gp",
    priority="2",
    reasons=("loneliness", "money", "loneliness"),
    narrative="On her own since March",
    referrer_role="gp",
    referrer_name="Dr Pym",
    received_at=NOW,
)
REGISTERED = PersonRegistered(
    name="Ottoline Quince",
    nhs_number_status="07",
    stated_gender="X",
    ethnic_category="99",
    gp_practice="U35821/burton",
)
AGREED = ConsentGiven(
    scope="contact",
    audience="any",
    method="verbal",
    wording_version="v1",
    given_by="person",
    given_on=date(2026, 1, 5),
)
KNOWN = {("person", "ottoline"): (REGISTERED,), ("consent", "ottoline"): (AGREED,)}


def test_a_first_contact_cannot_be_in_the_future() -> None:
    early = replace(FIRST_CONTACT, at=TWO_DAYS_ON - timedelta(minutes=1))
    given(referral, *ALLOCATED).when(early).refused("held_at lies in the future")
    given(referral, *ALLOCATED).when(replace(FIRST_CONTACT, at=TWO_DAYS_ON)).then(CONTACT)


def test_a_referral_for_someone_who_agreed_is_received_at_their_own_practice() -> None:
    given(receive, reading=KNOWN).when(REFER).then(RECEIVED)


def test_a_source_reference_is_one_referral() -> None:
    assert referral.claims(RECEIVED) == (Claim(kind="source_reference", value="K83001|EMIS-77"),)


def test_the_person_of_a_referral_holds_its_key() -> None:
    assert referral.person(state_of(referral, *ALLOCATED)) == "ottoline"
    assert referral.person(referral.INITIAL) is None


def test_a_referral_received_again_is_the_same_referral() -> None:
    given(receive, RECEIVED, reading=KNOWN).when(REFER).then_nothing()


def test_another_referral_does_not_take_the_place_of_one_received() -> None:
    given(receive, RECEIVED, reading=KNOWN).when(replace(REFER, source_reference="EMIS-78")).refused("received already")


def test_a_referral_for_nobody_we_know_is_refused() -> None:
    given(receive).when(REFER).refused("register them first")


@pytest.mark.parametrize(
    ("became", "sentence"),
    [(PersonDied(source="gp"), "has died"), (PersonErased(basis="request_upheld"), "erased")],
)
def test_a_referral_for_someone_dead_or_erased_is_refused(became: object, sentence: str) -> None:
    given(receive, reading={**KNOWN, ("person", "ottoline"): (REGISTERED, became)}).when(REFER).refused(sentence)


def test_a_referral_without_consent_to_contact_is_refused() -> None:
    given(receive, reading={**KNOWN, ("consent", "ottoline"): ()}).when(REFER).refused("not agreed to be contacted")


def test_a_consent_holds_until_midnight_in_london() -> None:
    until = replace(AGREED, given_on=date(2026, 3, 30), expires_on=date(2026, 3, 31))
    reading = {**KNOWN, ("consent", "ottoline"): (until,)}
    midnight = datetime(2026, 3, 31, 23, tzinfo=UTC)
    early = replace(REFER, received_at=midnight - timedelta(minutes=1))
    given(receive, reading=reading).when(early).then(replace(RECEIVED, received_at=early.received_at))
    given(receive, reading=reading).when(replace(REFER, received_at=midnight)).refused("not agreed to be contacted")


def test_a_referral_after_consent_was_withdrawn_is_refused() -> None:
    withdrawn = ConsentWithdrawn(scope="contact", audience="any", withdrawn_on=date(2026, 1, 5))
    reading = {**KNOWN, ("consent", "ottoline"): (AGREED, withdrawn)}
    given(receive, reading=reading).when(REFER).refused("not agreed to be contacted")


def test_a_programme_has_to_be_open_to_be_referred_to() -> None:
    wish = replace(REFER, programme="refugee", encounter="stay-7", risks_known=("self_harm",))
    given(receive, reading=KNOWN).when(wish).refused("programme: there is no programme")
    over = {**KNOWN, ("programme", "refugee"): (ProgrammeOpened(name="Sanctuary"), ProgrammeClosed())}
    given(receive, reading=over).when(wish).refused("programme: there is no programme")
    opened = {**KNOWN, ("programme", "refugee"): (ProgrammeOpened(name="Sanctuary", restricted=True),)}
    asked = {"programme": "refugee", "restricted": True, "encounter": "stay-7", "risks_known": ("self_harm",)}
    given(receive, reading=opened).when(wish).then(replace(RECEIVED, **asked))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"source": "99"}, "source"),
        ({"source_org": "the surgery"}, "source_org"),
        ({"source_reference": "Ottoline Quince"}, "source_reference"),
        ({"setting": "pub"}, "setting"),
        ({"priority": "4"}, "priority"),
        ({"reasons": ("sad",)}, "reasons"),
        ({"referrer_role": "wizard"}, "referrer_role"),
        ({"requested_service": "the choir"}, "requested_service"),
        ({"practice": "Burton"}, "practice"),
        ({"programme": "the choir"}, "programme"),
        ({"encounter": "Ward 7, bed 2"}, "encounter"),
        ({"risks_known": ("grumpy",)}, "risks_known"),
        ({"received_at": datetime(2026, 1, 5, 9)}, "received_at"),  # noqa: DTZ001 – that is what is refused
    ],
)
def test_a_referral_with_something_wrong_is_refused_and_names_the_field(wrong: dict[str, object], field: str) -> None:
    given(receive, reading=KNOWN).when(replace(REFER, **wrong)).refused(f"{field} must")  # type: ignore[arg-type]


def test_triage_is_started_once() -> None:
    given(referral, RECEIVED).when(StartTriage()).then(TriageStarted())
    given(referral, RECEIVED, TriageStarted()).when(StartTriage()).then_nothing()


def test_an_accepted_referral_goes_onto_the_waiting_list_at_once() -> None:
    given(triage, RECEIVED, TriageStarted()).when(AcceptReferral()).then(*ACCEPTED[1:])
    given(triage, *ACCEPTED).when(AcceptReferral()).then_nothing()
    given(triage, *ALLOCATED).when(AcceptReferral()).then_nothing()


@pytest.mark.parametrize("end", [REJECTED, REDIRECTED, DECLINED, RETRACTED])
def test_a_referral_that_ended_is_not_taken_up_again(end: object) -> None:
    given(referral, RECEIVED, end).when(StartTriage()).refused("it cannot be")
    given(triage, RECEIVED, end).when(AcceptReferral()).refused("it cannot be")


def test_a_rejection_tells_the_referrer_why() -> None:
    given(referral, RECEIVED).when(REJECT).then(REJECTED)
    given(referral, RECEIVED, REJECTED).when(REJECT).then_nothing()
    given(referral, RECEIVED).when(replace(REJECT, feedback=" ")).refused("feedback is missing")
    given(referral, RECEIVED).when(replace(REJECT, reason="busy")).refused("reason must be one of")


def test_an_accepted_referral_cannot_be_rejected() -> None:
    given(referral, *ACCEPTED).when(REJECT).refused("waiting; it cannot be rejected")


def test_a_referral_is_passed_on_to_who_is_better_placed() -> None:
    given(referral, RECEIVED).when(REDIRECT).then(REDIRECTED)
    given(referral, RECEIVED, REDIRECTED).when(REDIRECT).then_nothing()
    given(referral, RECEIVED).when(replace(REDIRECT, to_organisation="the council")).refused("to_organisation")


def test_a_triage_clock_that_ran_out_is_said_once() -> None:
    overdue = TriageOverdue(due_at=TWO_DAYS_ON)
    given(referral, RECEIVED).when(FLAG).then(overdue)
    given(referral, RECEIVED, overdue).when(FLAG).then_nothing()


def test_a_triage_clock_says_nothing_once_triage_is_decided() -> None:
    given(referral, *ACCEPTED).when(FLAG).then_nothing()
    given(referral, RECEIVED, REJECTED).when(FLAG).then_nothing()


def test_a_triage_clock_does_not_run_out_early() -> None:
    given(referral, RECEIVED).when(replace(FLAG, at=NOW)).refused("not overdue")


def test_a_first_contact_is_made_by_the_link_worker_who_has_the_case() -> None:
    given(referral, *ALLOCATED).when(FIRST_CONTACT).then(CONTACT)
    given(referral, *ALLOCATED, CONTACT).when(FIRST_CONTACT).then_nothing()


def test_a_first_contact_needs_a_link_worker() -> None:
    given(referral, *ACCEPTED).when(FIRST_CONTACT).refused("needs a link worker")


def test_a_first_contact_is_not_before_the_referral() -> None:
    early = replace(FIRST_CONTACT, held_at=NOW - timedelta(hours=1))
    given(referral, *ALLOCATED).when(early).refused("held_at lies before")


@pytest.mark.parametrize("wish", [StartTriage(), REJECT, REDIRECT, FLAG, FIRST_CONTACT])
def test_nothing_happens_to_a_referral_nobody_made(wish: object) -> None:
    given(referral).when(wish).refused("no such referral")
