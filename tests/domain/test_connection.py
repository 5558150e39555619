"""A connection: offered while a service can be relied on, told of as far as the person agrees, answered once."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.domain import due, tenant
from commonweal.domain.directory import community_service, connect, connection, contribution, listing
from commonweal.domain.directory.connection import (
    ConnectionAcceptedByPerson,
    ConnectionDropped,
    ConnectionOffered,
    ConnectionSent,
    ConnectionStarted,
    ProviderAccepted,
    ProviderDeclined,
    ProviderWaitlisted,
)
from commonweal.domain.message import Refused
from commonweal.domain.people import consent
from commonweal.domain.referrals import referral
from tests.domain.arbitrary import members, wishes
from tests.given import state_of
from tests.luck import tried
from tests.near import BY, offered, service
from tests.story import RECEIVED

DAY = date(2026, 3, 2)
OFFER = offered("r1", "s1")
SERVICE = (
    listing.submitted(service()),
    community_service.ServiceApproved(by=BY),
    community_service.ServiceAssured(assured_on=DAY, method="phone", next_due=date(2026, 9, 26), by=BY),
)
REFERRAL = (
    referral.ReferralReceived(
        person_id="ottoline",
        source="01",
        source_org="K83001",
        source_reference="b",
        setting="gp",
        priority="1",
        reasons=(),
        referrer_role="gp",
        received_at=RECEIVED,
    ),
    referral.ReferralAccepted(),
    referral.PlacedOnWaitingList(priority="1"),
    referral.LinkWorkerAllocated(worker_id="amira", weight=1, reason="capacity"),
)
AGREED = consent.ConsentGiven(
    scope="share_vcfse", audience="any", method="verbal", wording_version="1", given_by="person", given_on=DAY
)
OFFERED = ConnectionOffered(
    person_id="ottoline",
    referral_id="r1",
    service_id="s1",
    listing_version=1,
    freshness_at_offer="fresh",
    mode="supported",
    hope="to be out of doors",
    by=BY,
)
ACCEPTED = ConnectionAcceptedByPerson()
SENT = ConnectionSent(
    channel="secure_link",
    dataset_version="1",
    consent_audience="any",
    consent_given_on=DAY,
    link_id="l1",
    link_expires_on=date(2026, 3, 16),
    by=BY,
)
SEND = connect.SendConnection(channel="secure_link", link_id="l1", by=BY, on=DAY)
YES = connect.AnswerByLink(link_id="l1", answer="accept", on=DAY)


def world(*events: Any, near: Any = SERVICE, agreed: Any = (AGREED,)) -> dict[tuple[str, str], Any]:
    return {
        ("connection", "k1"): state_of(connection, *events),
        ("referral", "r1"): state_of(referral, *REFERRAL),
        ("community_service", "s1"): state_of(community_service, *near),
        ("consent", "ottoline"): state_of(consent, *agreed),
    }


def ask(command: Any, here: dict[tuple[str, str], Any]) -> tuple[tuple[Any, ...], ...]:
    """What is decided together: the connection's events first."""
    state = here["connection", "k1"]
    if type(command) in members(connection.Command):
        return (connection.decide(state, command),)
    others = connect.reads(state, command)
    made = connect.decide((state, *(here[key] for key in others)), command)
    assert len(made) == len(others) + 1
    return made


def test_a_service_is_offered_while_a_link_worker_is_at_work() -> None:
    assert ask(OFFER, world()) == ((OFFERED,), (), ())
    assert ask(OFFER, world(OFFERED)) == ((), (), ())
    here = world() | {("referral", "r1"): state_of(referral, *REFERRAL[:3])}
    with pytest.raises(Refused, match="waiting"):
        ask(OFFER, here)
    with pytest.raises(Refused, match="no such referral"):
        ask(OFFER, world() | {("referral", "r1"): referral.INITIAL})


@pytest.mark.parametrize(
    ("near", "part"),
    [
        ((), "names no service"),
        (SERVICE[:1], "submitted"),
        ((*SERVICE, community_service.ServiceTemporarilyClosed(reason="venue", by=BY)), "temporarily closed"),
        ((*SERVICE, community_service.ServiceRetired(reason="merged", by=BY)), "retired"),
    ],
)
def test_what_is_not_open_is_not_offered(near: Any, part: str) -> None:
    with pytest.raises(Refused, match=f"service_id.*{part}"):
        ask(OFFER, world(near=near))


def test_a_stale_listing_is_offered_for_a_reason_that_is_kept() -> None:
    later = DAY + timedelta(days=400)
    wish = offered("r1", "s1", on=later)
    with pytest.raises(Refused, match="override_reason is missing"):
        ask(wish, world())
    ((made,), _, _) = ask(offered("r1", "s1", on=later, override_reason="confirmed_today"), world())
    assert (made.freshness_at_offer, made.override_reason) == ("stale", "confirmed_today")


def test_a_reason_for_what_needs_none_is_not_kept() -> None:
    ((made,), _, _) = ask(offered("r1", "s1", override_reason="nothing_else", override_note="x"), world())
    assert (made.override_reason, made.override_note) == (None, None)


def test_a_provider_is_told_only_under_a_consent_that_stands() -> None:
    with pytest.raises(Refused, match="has not agreed"):
        ask(SEND, world(OFFERED, ACCEPTED, agreed=()))
    taken_back = consent.ConsentWithdrawn(scope="share_vcfse", audience="s1", withdrawn_on=DAY)
    with pytest.raises(Refused, match="has not agreed"):
        ask(SEND, world(OFFERED, ACCEPTED, agreed=(AGREED, taken_back)))
    with pytest.raises(Refused, match="once they have said yes"):
        ask(SEND, world(OFFERED))
    assert ask(SEND, world(OFFERED, ACCEPTED))[0] == (SENT,)
    assert ask(SEND, world(OFFERED, ACCEPTED, SENT))[0] == ()


def test_a_link_is_given_where_it_goes_by_one_and_nowhere_else() -> None:
    for wish in (
        connect.SendConnection(channel="secure_link", by=BY, on=DAY),
        connect.SendConnection(channel="email", link_id="l1", by=BY, on=DAY),
    ):
        with pytest.raises(Refused, match="link_id"):
            ask(wish, world(OFFERED, ACCEPTED))


def test_the_provider_has_the_days_its_listing_names() -> None:
    route = listing.ReferralRouteSet(mode="link", response_sla_days=5, by=BY)
    ((sent,), *_) = ask(SEND, world(OFFERED, ACCEPTED, near=(*SERVICE, route)))
    assert sent.answer_due_on == DAY + timedelta(days=5)
    (clock,) = connection.deadlines(tenant.Policies(), "k1", sent)
    assert clock.due_at == due.end_of(sent.answer_due_on)
    ring = connection.FALLS_DUE[clock.kind](clock, due.end_of(sent.answer_due_on))
    here = world(OFFERED, ACCEPTED, sent)
    assert ask(ring, here)[0] == (connection.ConnectionUnanswered(due_on=sent.answer_due_on),)
    assert ask(ring, world(OFFERED, ACCEPTED, sent, ProviderAccepted()))[0] == ()


def test_a_link_answers_once_and_the_same_again_changes_nothing() -> None:
    sent = (OFFERED, ACCEPTED, SENT)
    assert ask(YES, world(*sent))[0] == (ProviderAccepted(link_id="l1"),)
    answered = (*sent, ProviderAccepted(link_id="l1"))
    assert ask(YES, world(*answered))[0] == ()
    with pytest.raises(Refused, match="has been used"):
        ask(connect.AnswerByLink(link_id="l1", answer="decline", reason="full", on=DAY), world(*answered))


def test_a_link_that_ran_out_was_replaced_or_has_lost_its_consent_answers_nothing() -> None:
    sent = (OFFERED, ACCEPTED, SENT)
    late = connect.AnswerByLink(link_id="l1", answer="accept", on=date(2026, 3, 17))
    with pytest.raises(Refused, match="run out"):
        ask(late, world(*sent))
    newer = connection.ProviderLinkReplaced(link_id="l2", link_expires_on=date(2026, 3, 20), by=BY)
    with pytest.raises(Refused, match="replaced"):
        ask(YES, world(*sent, newer))
    back = consent.ConsentWithdrawn(scope="share_vcfse", audience="any", withdrawn_on=DAY)
    with pytest.raises(Refused, match="taken back"):
        ask(YES, world(*sent, agreed=(AGREED, back)))


def test_a_link_that_was_sent_is_closed_by_telling_the_provider_another_way() -> None:
    posted = ConnectionSent(channel="letter", dataset_version="1", consent_audience="any", consent_given_on=DAY, by=BY)
    with pytest.raises(Refused, match="replaced"):
        ask(YES, world(OFFERED, ACCEPTED, SENT, posted))


def test_places_left_are_told_to_the_directory() -> None:
    wish = connect.AnswerByLink(link_id="l1", answer="accept", places_left=0, on=DAY)
    _, (report,), _ = ask(wish, world(OFFERED, ACCEPTED, SENT))
    assert (report.status, report.vacancy, report.by) == ("no-capacity", 0, None)


def test_someone_on_a_waiting_list_is_taken_or_turned_away_later() -> None:
    waits = (OFFERED, ACCEPTED, SENT, ProviderWaitlisted(est_wait_weeks=3, link_id="l1"))
    assert ask(connect.RecordProviderAcceptance(on=DAY), world(*waits))[0] == (ProviderAccepted(),)
    no = connect.RecordProviderDecline(reason="full", on=DAY)
    assert ask(no, world(*waits))[0] == (ProviderDeclined(reason="full"),)


def test_a_first_attendance_begins_the_connection_and_assures_a_listing_grown_old() -> None:
    held = DAY + timedelta(days=30)
    wish = connect.RecordAttendance(session_id="m1", held_on=held, code="5", by=BY, on=held)
    facts, (assured,) = ask(wish, world(OFFERED, ACCEPTED, SENT, ProviderAccepted()))
    assert facts[0] == ConnectionStarted(started_on=held)
    assert assured.method == "used_successfully"
    missed = connect.RecordAttendance(session_id="m1", held_on=held, code="3", by=BY, on=held)
    facts, none = ask(missed, world(OFFERED, ACCEPTED, SENT, ProviderAccepted()))
    assert [type(each).__name__ for each in facts] == ["AttendanceRecorded"]
    assert none == ()
    with pytest.raises(Refused, match="held_on lies in the future"):
        ask(connect.RecordAttendance(session_id="m1", held_on=held, code="5", by=BY, on=DAY), world(OFFERED))


def test_a_session_is_corrected_not_recorded_again() -> None:
    begun = (OFFERED, ACCEPTED, ConnectionStarted(started_on=DAY))
    recorded = connection.AttendanceRecorded(session_id="m1", held_on=DAY, code="3", by=BY)
    again = connect.RecordAttendance(session_id="m1", held_on=DAY, code="5", by=BY, on=DAY)
    with pytest.raises(Refused, match="session_id was recorded already"):
        ask(again, world(*begun, recorded))
    correct = connection.CorrectAttendance(session_id="m1", code="5", by=BY)
    corrected = connection.AttendanceCorrected(session_id="m1", code="5", by=BY)
    assert ask(correct, world(*begun, recorded))[0] == (corrected,)


def test_who_went_somewhere_may_give_something_there() -> None:
    wish = contribution.StartContribution(contribution_id="g1", role="tutor", started_on=DAY, on=DAY)
    with pytest.raises(Refused, match="has not started"):
        ask(wish, world(OFFERED, ACCEPTED))
    begun = (OFFERED, ACCEPTED, ConnectionStarted(started_on=DAY))
    ((made,),) = ask(wish, world(*begun))
    assert (made.service_id, made.role) == ("s1", "tutor")
    end = contribution.EndContribution(contribution_id="g1", ended_on=DAY, on=DAY)
    assert ask(end, world(*begun, made))[0] == (contribution.ContributionEnded(contribution_id="g1", ended_on=DAY),)


def test_what_ended_early_is_not_answered_any_more() -> None:
    ended = (OFFERED, ACCEPTED, SENT, ConnectionDropped(ended_on=DAY, reason="timing"))
    with pytest.raises(Refused, match="dropped"):
        ask(YES, world(*ended))


WISHES = [
    *members(connection.Command),
    *members(connect.Command),
    *[connect.AnswerByLink, connection.ReplaceProviderLink] * 3,
]


def test_whatever_is_asked_of_a_connection_twice_is_done_once_and_a_link_never_answers_twice() -> None:
    granted: set[str] = set()

    anything = given(st.booleans(), st.lists(st.sampled_from(WISHES).flatmap(wishes), min_size=5, max_size=25))

    def law(sent: bool, commands: list[Any]) -> None:
        here = world(OFFERED, ACCEPTED, *([SENT] if sent else []))
        by_link: dict[str, Any] = {}
        for command in commands:
            try:
                made = ask(command, here)
            except (Refused, KeyError):
                continue
            if not any(made):
                continue
            keys = (("connection", "k1"), *(connect.reads(here["connection", "k1"], command) if len(made) > 1 else ()))
            for key, events in zip(keys, made, strict=True):
                for event in events:
                    if getattr(event, "link_id", None) and type(event).__name__.startswith("ProviderAcc"):
                        assert by_link.setdefault(event.link_id, event) == event
                    module = {"connection": connection, "community_service": community_service, "referral": referral}
                    here[key] = module.get(key[0], consent).evolve(here[key], event)
            granted.add(type(command).__name__)
            assert not any(ask(command, here))

    wanted = {"SendConnection", "AnswerByLink", "RecordAttendance", "DropConnection", "ReplaceProviderLink"}
    tried(anything, law, 200, lambda: wanted - granted)
