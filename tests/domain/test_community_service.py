"""A community service: listed, made sure of, doubted, full, closed, gone."""

from datetime import date, timedelta

import pytest

from commonweal.domain import due, tenant
from commonweal.domain.directory import community_organisation, community_service, listing
from commonweal.domain.directory.capacity import ReportCapacity
from commonweal.domain.directory.community_service import (
    ApproveService,
    AssureService,
    CloseServiceForNow,
    LapseAssurance,
    ReopenService,
    ReportServiceProblem,
    ResolveServiceProblem,
    ResubmitService,
    RetireService,
    ReturnService,
    ServiceApproved,
    ServiceAssuranceLapsed,
    ServiceAssured,
    ServiceProblemReported,
)
from tests.given import given, state_of
from tests.near import BY, organisation, service

DAY = date(2026, 3, 2)
SUBMITTED = listing.submitted(service())
APPROVED = ServiceApproved(by=BY)
ASSURED = ServiceAssured(assured_on=DAY, method="phone", next_due=date(2026, 9, 29), by=BY)
PROBLEM = ServiceProblemReported(problem_id="x1", kind="closed", by=BY, by_role="link_worker")
REPORT = ReportServiceProblem(problem_id="x1", kind="closed", by=BY, by_role="link_worker")


def test_a_service_waits_for_approval_and_can_then_be_offered() -> None:
    given(community_service).when(service()).then(SUBMITTED)
    given(community_service, SUBMITTED).when(ApproveService(by=BY)).then(APPROVED)
    given(community_service, SUBMITTED, APPROVED).when(ApproveService(by=BY)).then_nothing()
    given(community_service).when(ApproveService(by=BY)).refused("no such service")


def test_a_returned_service_is_submitted_again_not_approved() -> None:
    returned = given(community_service, SUBMITTED).when(ReturnService(reason="incomplete", by=BY)).events[0]
    given(community_service, SUBMITTED, *returned).when(ApproveService(by=BY)).refused("cannot be approved")
    again = community_service.ServiceResubmitted(by=BY)
    given(community_service, SUBMITTED, *returned).when(ResubmitService(by=BY)).then(again)


def test_an_assurance_holds_to_the_day_before_the_listing_is_stale() -> None:
    given(community_service, SUBMITTED, APPROVED).when(AssureService(method="phone", by=BY, on=DAY)).then(ASSURED)
    state = state_of(community_service, SUBMITTED, APPROVED, ASSURED)
    assert state.freshness(ASSURED.next_due) == "due"
    assert state.freshness(ASSURED.next_due + timedelta(days=1)) == "stale"


def test_nobody_says_by_hand_that_somebody_attended() -> None:
    wish = AssureService(method="used_successfully", by=BY, on=DAY)
    given(community_service, SUBMITTED).when(wish).refused("method")


def test_an_assurance_nobody_renewed_lapses_once() -> None:
    late = ASSURED.next_due + timedelta(days=1)
    lapsed = ServiceAssuranceLapsed(last_assured=DAY, days=212)
    story = (SUBMITTED, APPROVED, ASSURED)
    given(community_service, *story).when(LapseAssurance(on=ASSURED.next_due)).then_nothing()
    given(community_service, *story).when(LapseAssurance(on=late)).then(lapsed)
    given(community_service, *story, lapsed).when(LapseAssurance(on=late)).then_nothing()


def test_the_clock_of_an_assurance_rings_when_its_last_day_is_over() -> None:
    (clock,) = community_service.deadlines(tenant.Policies(), "s1", ASSURED)
    assert clock.due_at == due.end_of(ASSURED.next_due)
    made = community_service.FALLS_DUE[clock.kind](clock, due.end_of(ASSURED.next_due))
    assert made == LapseAssurance(on=ASSURED.next_due + timedelta(days=1))


def test_an_attendance_renews_an_assurance_that_is_two_weeks_old_and_no_sooner() -> None:
    state = state_of(community_service, SUBMITTED, APPROVED, ASSURED)
    assert community_service.used(state, DAY + timedelta(days=13)) == ()
    (renewed,) = community_service.used(state, DAY + timedelta(days=14))
    assert (renewed.method, renewed.by, renewed.assured_on) == ("used_successfully", None, DAY + timedelta(days=14))


def test_a_problem_is_reported_once_and_resolved_once() -> None:
    story = (SUBMITTED, APPROVED, ASSURED)
    given(community_service, *story).when(REPORT).then(PROBLEM)
    given(community_service, *story, PROBLEM).when(REPORT).then_nothing()
    resolve = ResolveServiceProblem(problem_id="x1", by=BY)
    resolved = community_service.ServiceProblemResolved(problem_id="x1", by=BY)
    given(community_service, *story, PROBLEM).when(resolve).then(resolved)
    given(community_service, *story, PROBLEM, resolved).when(resolve).then_nothing()
    given(community_service, *story, PROBLEM, resolved).when(REPORT).then_nothing()
    given(community_service, *story).when(resolve).refused("problem_id")


@pytest.mark.parametrize(("kind", "doubted"), [("closed", True), ("safety", True), ("cost", False)])
def test_what_may_be_closed_or_unsafe_is_doubted_however_fresh_it_is(kind: str, doubted: bool) -> None:
    problem = ServiceProblemReported(problem_id="x1", kind=kind, by=BY, by_role="link_worker")
    state = state_of(community_service, SUBMITTED, APPROVED, ASSURED, problem)
    assert (community_service.why_override(state, DAY) is not None) is doubted


def test_a_listing_changes_field_by_field_and_says_what_was_there_before() -> None:
    wish = listing.ChangeServiceDetails(email="hello@example.org", phone="", postcode="nn155lb", by=BY)
    outcome = given(community_service, SUBMITTED).when(wish)
    assert [(each.field, each.old, each.new) for each in outcome.events[0]] == [
        ("email", None, "hello@example.org"),
        ("postcode", None, "NN15 5LB"),
    ]
    given(community_service, SUBMITTED, *outcome.events[0]).when(wish).then_nothing()
    assert state_of(community_service, SUBMITTED, *outcome.events[0]).listing.version == 3


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (listing.ChangeServiceDetails(name=" ", by=BY), "name"),
        (listing.ChangeServiceDetails(email="nobody", by=BY), "email"),
        (listing.ChangeServiceDetails(website="example.org", by=BY), "website"),
        (listing.ChangeServiceDetails(postcode="near here", by=BY), "postcode"),
        (listing.ChangeServiceNeeds(needs=(), by=BY), "needs"),
        (listing.ChangeSchedule(sessions=("mon 12:00-10:00",), by=BY), "sessions"),
        (listing.ChangeSchedule(sessions=("someday 10:00-12:00",), by=BY), "sessions"),
        (listing.ChangeCost(cost="free", cost_pence=100, by=BY), "cost_pence"),
        (listing.ChangeEligibility(minimum_age=30, maximum_age=20, by=BY), "maximum_age"),
        (listing.ChangeEligibility(inclusion=("women",), exclusion=("women",), by=BY), "exclusion"),
        (listing.SetReferralRoute(mode="link", response_sla_days=91, by=BY), "response_sla_days"),
        (ReportCapacity(status="no-capacity", vacancy=3, by=BY, on=DAY), "vacancy"),
        (ReportCapacity(status="capacity", valid_until=DAY - timedelta(days=1), by=BY, on=DAY), "valid_until"),
        (CloseServiceForNow(reason="venue", until=DAY - timedelta(days=1), by=BY, on=DAY), "until"),
    ],
)
def test_a_refusal_names_the_field(wish: object, field: str) -> None:
    given(community_service, SUBMITTED, APPROVED).when(wish).refused(field)


def test_criteria_have_a_version_of_their_own() -> None:
    first = given(community_service, SUBMITTED).when(listing.ChangeEligibility(minimum_age=18, by=BY)).events[0]
    again = listing.ChangeEligibility(minimum_age=21, by=BY)
    (second,) = given(community_service, SUBMITTED, *first).when(again).events[0]
    assert (first[0].criteria_version, second.criteria_version) == (1, 2)


def test_places_hold_four_weeks_where_nobody_says_how_long() -> None:
    wish = ReportCapacity(status="capacity", vacancy=2, by=BY, on=DAY)
    ((report,),) = given(community_service, SUBMITTED).when(wish).events
    assert report.valid_until == DAY + timedelta(days=28)


def test_a_service_closes_for_now_reopens_and_is_retired_for_good() -> None:
    story = (SUBMITTED, APPROVED)
    closed = given(community_service, *story).when(CloseServiceForNow(reason="venue", by=BY, on=DAY)).events[0]
    reopened = community_service.ServiceReopened(by=BY)
    given(community_service, *story, *closed).when(ReopenService(by=BY)).then(reopened)
    retired = given(community_service, *story).when(RetireService(reason="merged", by=BY)).events[0]
    given(community_service, *story, *retired).when(ReopenService(by=BY)).refused("retired")
    given(community_service, *story, *retired).when(REPORT).refused("retired")


def test_an_organisation_is_known_by_its_register_numbers_each_claimed_once() -> None:
    listed = given(community_organisation).when(organisation(identifiers=("GB-CHC-1054276",))).events[0]
    assert [claim.value for claim in community_organisation.claims(listed[0])] == ["GB-CHC-1054276"]
    wish = community_organisation.IdentifyOrganisation(identifier="GB-COH-01234567")
    identified = given(community_organisation, *listed).when(wish).events[0]
    assert identified[0].identifiers == ("GB-CHC-1054276", "GB-COH-01234567")
    assert [claim.value for claim in community_organisation.claims(identified[0])] == ["GB-COH-01234567"]
    given(community_organisation, *listed, *identified).when(wish).then_nothing()


def test_an_empty_text_takes_the_old_one_away() -> None:
    listed = given(community_organisation).when(organisation(email="hello@example.org")).events[0]
    wish = community_organisation.ChangeOrganisation(email="")
    changed = community_organisation.OrganisationChanged(email="")
    given(community_organisation, *listed).when(wish).then(changed)
    given(community_organisation, *listed, changed).when(wish).then_nothing()
    nameless = community_organisation.ChangeOrganisation(name="")
    given(community_organisation, *listed).when(nameless).refused("name")
