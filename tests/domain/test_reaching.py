"""Trying to reach somebody, safely, and hearing their yes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from commonweal.domain import policies
from commonweal.domain.message import Refused
from commonweal.domain.people import person
from commonweal.domain.people.person import CHANNELS, ContactPreferenceSet, PersonDied
from commonweal.domain.policies import Notes, Send
from commonweal.domain.referrals import reaching, referral
from commonweal.domain.referrals.reaching import AcceptSocialPrescribing, AttemptContact, ExhaustContactPolicy
from commonweal.domain.referrals.referral import (
    ContactAttempted,
    ContactPolicyExhausted,
    FirstContactMade,
    LinkWorkerAllocated,
    PlacedOnWaitingList,
    ReferralAccepted,
    ReferralClosed,
    ReferralReallocated,
    ReferralReopened,
    SocialPrescribingAccepted,
    SocialPrescribingDeclined,
    SupportStarted,
)
from commonweal.domain.tenant import Policies
from commonweal.domain.work import safe_contact
from tests.domain.test_triage import RECEIVED, REGISTERED
from tests.given import given, state_of

NOW = datetime(2026, 1, 6, 9, tzinfo=UTC)
GIVEN = (
    RECEIVED,
    ReferralAccepted(),
    PlacedOnWaitingList(priority="1"),
    LinkWorkerAllocated(worker_id="amira", weight=1, reason="capacity"),
)
CALL = AttemptContact(channel="phone", result="no_answer", attempted_at=NOW, at=NOW)
CALLED = ContactAttempted(
    worker_id="amira", channel="phone", result="no_answer", attempted_at=NOW, number=1, channels=1
)
WROTE = replace(CALLED, channel="sms", result="sent", attempted_at=NOW + timedelta(days=1), number=2, channels=2)
CONTACT = FirstContactMade(worker_id="amira", medium="02", held_at=NOW)
YES = AcceptSocialPrescribing(at=NOW)
SAID_YES = SocialPrescribingAccepted(accepted_at=NOW)


def someone(*events: object) -> dict[tuple[str, str], tuple[object, ...]]:
    return {("person", "ottoline"): (REGISTERED, *events)}


def wishes(channel: str, *, message: bool) -> dict[tuple[str, str], tuple[object, ...]]:
    return someone(ContactPreferenceSet(channel=channel, safe_to_leave_message=message))


def test_attempts_are_counted_with_the_ways_they_were_made_in() -> None:
    given(reaching, *GIVEN, reading=someone()).when(CALL).then(CALLED)
    given(reaching, *GIVEN, CALLED, reading=someone()).when(CALL).then_nothing()
    text = AttemptContact(channel="sms", result="sent", attempted_at=WROTE.attempted_at)
    given(reaching, *GIVEN, CALLED, reading=someone()).when(text).then(WROTE)
    assert state_of(referral, *GIVEN, CALLED, WROTE).phase == "contact attempting"


def test_once_spoken_to_or_with_another_link_worker_attempts_count_anew() -> None:
    spoke = replace(CALLED, result="spoke_rebook", attempted_at=NOW + timedelta(days=1), number=2)
    other = ReferralReallocated(worker_id="ben", from_worker_id="amira", weight=1, reason="capacity")
    next_day = replace(CALL, attempted_at=NOW + timedelta(days=2), at=None)
    first = replace(CALLED, attempted_at=next_day.attempted_at)
    given(reaching, *GIVEN, CALLED, spoke, reading=someone()).when(next_day).then(first)
    assert state_of(referral, *GIVEN, CALLED, spoke).last_contact_on == spoke.attempted_at.date()
    given(reaching, *GIVEN, CALLED, other, reading=someone()).when(next_day).then(replace(first, worker_id="ben"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"channel": "pigeon"}, "channel must"),
        ({"result": "maybe"}, "result must"),
        ({"attempted_at": NOW + timedelta(minutes=1)}, "attempted_at lies in the future"),
        ({"attempted_at": RECEIVED.received_at - timedelta(minutes=1)}, "attempted_at lies before"),
    ],
)
def test_an_attempt_that_cannot_be_is_refused(wrong: dict[str, object], sentence: str) -> None:
    given(reaching, *GIVEN, reading=someone()).when(replace(CALL, **wrong)).refused(sentence)  # type: ignore[arg-type]


def test_an_attempt_is_made_by_a_link_worker_who_has_not_spoken_to_them() -> None:
    given(reaching, *GIVEN[:3], reading=someone()).when(CALL).refused("needs a link worker")
    given(reaching, *GIVEN, CONTACT, reading=someone()).when(CALL).refused("spoken with already")
    given(reaching, *GIVEN, reading=someone(PersonDied(source="gp"))).when(CALL).refused("has died")


@pytest.mark.parametrize(
    ("preferred", "message", "channel", "result", "refusal"),
    [
        ("phone", False, "phone", "no_answer", None),
        ("phone", False, "phone", "voicemail", "no message may be left"),
        ("phone", True, "phone", "voicemail", None),
        ("phone", False, "letter", "sent", "others could read this one"),
        ("phone", False, "sms", "sent", "others could read this one"),
        ("sms", False, "sms", "sent", None),
        ("phone", True, "letter", "sent", None),
        ("through_referrer", True, "phone", "no_answer", "through whoever referred them"),
        ("through_referrer", True, "in_person", "no_answer", "through whoever referred them"),
        ("through_referrer", False, "through_referrer", "sent", None),
    ],
)
def test_nobody_is_reached_against_their_wishes(
    preferred: str, message: bool, channel: str, result: str, refusal: str | None
) -> None:
    wish = replace(CALL, channel=channel, result=result)
    outcome = given(reaching, *GIVEN, reading=wishes(preferred, message=message)).when(wish)
    if refusal is None:
        only = preferred == "through_referrer"
        outcome.then(replace(CALLED, channel=channel, result=result, only_way=only))
    else:
        outcome.refused(refusal)


@pytest.mark.parametrize("message", [True, False])
@pytest.mark.parametrize("preferred", sorted(CHANNELS))
@pytest.mark.parametrize(("medium", "channel"), sorted(safe_contact.REACHED_BY.items()))
def test_what_is_not_safe_to_try_is_not_safe_to_meet_by(
    preferred: str, message: bool, medium: str, channel: str
) -> None:
    wish = ContactPreferenceSet(channel=preferred, safe_to_leave_message=message)
    whose = state_of(person, REGISTERED, wish)
    tried = given(reaching, *GIVEN, reading=someone(wish)).when(replace(CALL, channel=channel))
    why = safe_contact.unsafe(whose, channel)
    if why is None:
        assert tried.refusal is None
    else:
        tried.refused(why)
        with pytest.raises(Refused, match="medium is not safe"):
            safe_contact.honoured(whose, "follow_up", medium, None)


def test_the_policy_of_an_ics_is_said_to_be_met_once() -> None:
    met = ContactPolicyExhausted(attempts=2, channels=2)
    given(reaching, *GIVEN, CALLED, WROTE).when(ExhaustContactPolicy()).then(met)
    given(reaching, *GIVEN, CALLED, WROTE, met).when(ExhaustContactPolicy()).then_nothing()
    given(reaching, *GIVEN, CALLED, WROTE, CONTACT).when(ExhaustContactPolicy()).then_nothing()
    given(reaching, *GIVEN).when(ExhaustContactPolicy()).then_nothing()


@pytest.mark.parametrize(
    ("attempt", "follows"),
    [
        (replace(WROTE, number=3), True),
        (replace(WROTE, number=2), False),
        (replace(WROTE, number=3, channels=1), False),
        (replace(WROTE, number=3, result="spoke_rebook"), False),
        (replace(WROTE, number=9, channels=4), True),
        (replace(CALLED, channel="through_referrer", number=3, only_way=True), True),
        (replace(CALLED, channel="through_referrer", number=2, only_way=True), False),
    ],
)
def test_the_policy_is_met_by_enough_attempts_in_two_ways_at_least_or_in_the_only_one(
    attempt: ContactAttempted, follows: bool
) -> None:
    sent = policies.follows(Notes(policies=Policies(contact_attempts=3)), "r", attempt, NOW)
    assert sent == ((Send("contact_policy", "r", ExhaustContactPolicy()),) if follows else ())


def test_a_yes_is_heard_once_an_episode() -> None:
    given(reaching, *GIVEN).when(YES).then(SAID_YES)
    given(reaching, *GIVEN, SAID_YES).when(YES).then_nothing()
    given(reaching, *GIVEN, SAID_YES, CONTACT, SupportStarted(plan_id="p1")).when(YES).then_nothing()
    again = (*GIVEN, SAID_YES, ReferralClosed(reason="goals_met"), ReferralReopened())
    given(reaching, *again).when(YES).then(SAID_YES)


def test_a_first_contact_does_not_say_yes_and_no_one_says_yes_before_triage_or_after_the_end() -> None:
    given(reaching, *GIVEN, CONTACT).when(YES).then(SAID_YES)
    given(reaching, RECEIVED).when(YES).refused("received; it cannot be accepted by the person")
    given(reaching, *GIVEN, SocialPrescribingDeclined(reason="not_now")).when(YES).refused("declined; it cannot")


def test_outreach_is_nobodys_yes() -> None:
    given(reaching, replace(RECEIVED, programme="outreach"), *GIVEN[1:]).when(YES).refused("outreach")


@pytest.mark.parametrize("wish", [CALL, ExhaustContactPolicy(), YES])
def test_nobody_is_reached_about_a_referral_nobody_made(wish: object) -> None:
    given(reaching).when(wish).refused("no such referral")
