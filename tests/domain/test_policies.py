"""What follows without anyone asking, and when: pure, in whatever order it is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from commonweal.domain import hospital, policies, tenant, working_days
from commonweal.domain.deadlines import deadlines, when_due
from commonweal.domain.due import LONG_AGO, NEVER, Deadline
from commonweal.domain.hospital import OFFER
from commonweal.domain.people import consent, person
from commonweal.domain.people.consent import EXPIRES as CONSENT
from commonweal.domain.people.duplicate import PersonsMerged
from commonweal.domain.people.merge import FlagPossibleDuplicate
from commonweal.domain.policies import Compare, Forget, Notes, Send
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.referral_clocks import TRIAGE
from commonweal.domain.workforce.allocation import CloseReferral, DeclineSocialPrescribing, RetractReferral

FRIDAY = datetime(2026, 1, 9, 15, tzinfo=UTC)
RECEIVED = referral.ReferralReceived(
    person_id="ottoline",
    source="01",
    source_org="K83001",
    source_reference="x1",
    setting="gp",
    priority="1",
    reasons=("loneliness",),
    referrer_role="gp",
    received_at=FRIDAY,
)
DISCHARGED = hospital.PatientDischarged(trust="RNS", ward="Cedar", occurred_at=FRIDAY)
MATCHED = hospital.PatientMatched(person_id="ottoline", method="nhs_number")
CARE = tenant.Policies(discharge_offer="care_relationship", offer_hours=24)
WARDS = tenant.Policies(discharge_offer="wards", offer_wards=("Cedar",), offer_hours=24)
OFFERED = Send(
    "discharge_offer",
    "stay",
    hospital.RaiseDischargeSupportTask(rule="care_relationship", due_at=FRIDAY + timedelta(hours=24)),
)


def told(rule: tenant.Policies, *events: tuple[str, object]) -> list[Send | Forget | Compare]:
    """All that follows from these events, one after another."""
    notes = Notes(policies=rule)
    found: list[Send | Forget | Compare] = []
    for identity, event in events:
        notes.note(identity, event)
        found += policies.follows(notes, identity, event, FRIDAY)
    return found


def test_a_new_record_is_compared_and_what_is_alike_is_looked_at_by_somebody() -> None:
    registered = person.PersonRegistered(
        name="Ottoline", nhs_number_status="07", stated_gender="X", ethnic_category="99"
    )
    assert told(CARE, ("ottoline", registered)) == [Compare("ottoline")]
    assert policies.same_details("ottoline", "before") == Send(
        "same_details before",
        "ottoline",
        FlagPossibleDuplicate(person_id="ottoline", other_id="before", evidence="same_details", by="reactor"),
    )


def test_someone_we_work_with_is_offered_support_whichever_comes_first_the_match_or_the_discharge() -> None:
    assert told(CARE, ("r", RECEIVED), ("stay", DISCHARGED), ("stay", MATCHED)) == [OFFERED]
    assert told(CARE, ("r", RECEIVED), ("stay", MATCHED), ("stay", DISCHARGED)) == [OFFERED]


def test_someone_whose_referral_has_ended_is_not_in_our_care_until_it_is_opened_again() -> None:
    closed = ("r", referral.ReferralClosed(reason="goals_met"))
    stay = (("stay", MATCHED), ("stay", DISCHARGED))
    assert told(CARE, ("r", RECEIVED), closed, *stay) == []
    assert told(CARE, ("r", RECEIVED), closed, ("r", referral.ReferralReopened()), *stay) == [OFFERED]


def test_a_stranger_is_offered_nothing_under_the_care_rule() -> None:
    assert told(CARE, ("stay", DISCHARGED), ("stay", MATCHED)) == []


@pytest.mark.parametrize("ward", ["Cedar", "RNS/Cedar", "CEDAR / bay 2 / bed 4", "RNS&Cedar"])
def test_a_ward_on_the_list_is_known_by_any_of_its_parts(ward: str) -> None:
    discharged = hospital.PatientDischarged(trust="RNS", ward=ward, occurred_at=FRIDAY)
    assert [each.command.rule for each in told(WARDS, ("stay", discharged))] == ["wards"]  # type: ignore[union-attr]


@pytest.mark.parametrize("ward", [None, "Cedars", "Cedar 2", "Oak"])
def test_another_ward_is_not_on_the_list(ward: str | None) -> None:
    assert told(WARDS, ("stay", hospital.PatientDischarged(trust="RNS", ward=ward, occurred_at=FRIDAY))) == []


def test_without_a_rule_nobody_is_offered_anything() -> None:
    assert told(tenant.Policies(), ("r", RECEIVED), ("stay", MATCHED), ("stay", DISCHARGED)) == []


def test_the_dead_are_offered_nothing_and_nor_is_someone_whose_discharge_was_cancelled() -> None:
    died = hospital.PatientDischarged(trust="RNS", occurred_at=FRIDAY, died=True)
    assert told(CARE, ("r", RECEIVED), ("stay", died), ("stay", MATCHED)) == []
    undone = hospital.DischargeCancelled(occurred_at=FRIDAY)
    assert told(WARDS, ("stay", undone), ("stay", DISCHARGED), ("stay", undone), ("stay", MATCHED))[1:] == []


def test_the_rule_is_the_one_that_held_when_the_discharge_was_told() -> None:
    changed = tenant.PolicyChanged(
        triage_days=2, contact_attempts=3, caseload_limit=40, discharge_offer="wards", offer_wards=("Cedar",)
    )
    before, after = ("one", DISCHARGED), ("two", DISCHARGED)
    (only,) = told(tenant.Policies(), before, ("QPM", changed), after)
    assert isinstance(only, Send)
    assert (only.identity, only.command) == (
        "two",
        hospital.RaiseDischargeSupportTask(rule="wards", due_at=FRIDAY + timedelta(hours=policies.OFFER_HOURS)),
    )


def test_a_death_closes_the_referrals_that_are_open() -> None:
    waiting, closed = referral.PlacedOnWaitingList(priority="1"), referral.ReferralClosed(reason="goals_met")
    before = [("a", RECEIVED), ("b", RECEIVED), ("c", RECEIVED), ("a", waiting), ("c", waiting), ("c", closed)]
    assert told(CARE, *before, ("ottoline", person.PersonDied(source="family"))) == [
        Send("close_on_death", each, CloseReferral(referral_id=each, reason="died")) for each in ("a", "b")
    ]


@pytest.mark.parametrize(
    ("basis", "ended"),
    [
        ("registered_in_error", partial(RetractReferral, reason="entered_in_error")),
        ("request_upheld", DeclineSocialPrescribing),
    ],
)
def test_an_erasure_ends_the_referrals_that_are_open(basis: str, ended: Callable[..., object]) -> None:
    waiting, closed = referral.PlacedOnWaitingList(priority="1"), referral.ReferralClosed(reason="goals_met")
    before = [("a", RECEIVED), ("b", RECEIVED), ("c", RECEIVED), ("a", waiting), ("c", waiting), ("c", closed)]
    others = ("d", replace(RECEIVED, person_id="ada"))
    merged = ("ada", PersonsMerged(here="absorbed", survivor_id="ottoline", absorbed_id="ada", evidence="x", by="u"))
    assert told(CARE, *before, others, merged, ("ottoline", person.PersonErased(basis=basis))) == [
        *(Send("end_on_erasure", each, ended(referral_id=each)) for each in ("a", "b")),
        Forget("ottoline", basis),
    ]


def test_who_is_erased_is_forgotten() -> None:
    assert told(CARE, ("ottoline", person.PersonErased(basis="request_upheld"))) == [
        Forget("ottoline", "request_upheld")
    ]


def test_a_triage_clock_runs_on_working_days() -> None:
    assert deadlines(CARE, "r", RECEIVED) == (Deadline(TRIAGE, "r", "", FRIDAY + timedelta(days=4)),)


@pytest.mark.parametrize(
    "left",
    [
        referral.ReferralAccepted(),
        referral.ReferralRejected(reason="01", feedback="a duplicate"),
        referral.ReferralRedirected(to_organisation="K83001", reason="other"),
        referral.SocialPrescribingDeclined(reason="unknown"),
        referral.ReferralRetractedInError(reason="duplicate"),
        referral.TriageOverdue(due_at=FRIDAY),
    ],
)
def test_the_triage_clock_stops_when_triage_ends(left: referral.Event) -> None:
    assert Deadline(TRIAGE, "r", "", None) in deadlines(CARE, "r", left)
    assert deadlines(CARE, "r", referral.TriageStarted()) == ()


def test_a_consent_expires_when_its_last_day_is_over_in_london() -> None:
    given = consent.ConsentGiven(
        scope="share_vcfse",
        audience="food-bank",
        method="verbal",
        wording_version="1",
        given_by="person",
        given_on=date(2026, 6, 1),
        expires_on=date(2026, 6, 30),
    )
    (set_,) = deadlines(CARE, "ottoline", given)
    midnight = datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert set_ == Deadline(CONSENT, "ottoline", "share_vcfse food-bank", midnight)
    command = when_due(set_, midnight)
    assert command == consent.ExpireConsent(scope="share_vcfse", audience="food-bank", on=date(2026, 7, 1))
    state = consent.evolve(consent.INITIAL, given)
    assert consent.decide(state, command)
    assert not consent.decide(state, when_due(set_, midnight - timedelta(seconds=1)))  # type: ignore[arg-type]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_mistyped_year_is_a_deadline_like_any_other(year: int) -> None:
    when = datetime(year, 1, 1, tzinfo=UTC) if year == 1 else datetime.max.replace(tzinfo=UTC)
    events = [
        replace(RECEIVED, received_at=when),
        hospital.DischargeSupportTaskRaised(rule="wards", due_at=when),
        consent.ConsentGiven(
            scope="contact",
            audience="any",
            method="verbal",
            wording_version="1",
            given_by="person",
            given_on=date(2026, 1, 1),
            expires_on=when.date(),
        ),
    ]
    found = [each for event in events for each in deadlines(CARE, "r", event)]
    assert [each.kind for each in found] == [TRIAGE, OFFER, CONSENT]
    assert {each.due_at for each in found} == {LONG_AGO if year == 1 else NEVER}


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-01-05T09:00+00:00", 2, "2026-01-07T09:00+00:00"),
        ("2026-01-10T09:00+00:00", 2, "2026-01-14T00:00+00:00"),
        ("2026-04-02T09:00+01:00", 1, "2026-04-07T09:00+01:00"),
        ("2026-03-27T09:00+00:00", 1, "2026-03-30T09:00+01:00"),
        ("2027-12-24T10:00+00:00", 1, "2027-12-29T10:00+00:00"),
    ],
)
def test_working_days_pass_over_weekends_and_bank_holidays(start: str, days: int, end: str) -> None:
    assert working_days.after(datetime.fromisoformat(start), days) == datetime.fromisoformat(end)


def test_the_bank_holidays_are_those_of_the_government() -> None:
    """gov.uk/bank-holidays, England and Wales."""
    assert sorted(working_days.bank_holidays(2026)) == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 4),
        date(2026, 5, 25),
        date(2026, 8, 31),
        date(2026, 12, 25),
        date(2026, 12, 28),
    ]
    assert {date(2021, 12, 27), date(2021, 12, 28)} <= working_days.bank_holidays(2021)
    assert {date(2022, 12, 26), date(2022, 12, 27)} <= working_days.bank_holidays(2022)
