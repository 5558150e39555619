"""What the practice is told: as much as the person agreed to, once for each step, and what became of it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from commonweal.domain import policies, values
from commonweal.domain.deadlines import deadlines, when_due
from commonweal.domain.people import consent, person
from commonweal.domain.policies import Case, Notes, Send
from commonweal.domain.referrals import gp_message, gp_message_queue, referral
from commonweal.domain.referrals.gp_message import (
    AcknowledgeGPMessage,
    FlagGPMessage,
    GPMessageBusinessAcked,
    GPMessageFailed,
    GPMessageInfrastructureAcked,
    GPMessageQueued,
    GPMessageSent,
    GPMessageUnacknowledged,
    GPMessageWithheld,
    RecordGPMessageDelivery,
)
from commonweal.domain.referrals.gp_message_queue import QueueGPMessage
from commonweal.domain.tenant import Policies
from tests.given import Outcome, given

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RECEIVED = referral.ReferralReceived(
    person_id="ottoline",
    source="01",
    source_org="K83001",
    source_reference="x1",
    setting="gp",
    priority="1",
    reasons=("loneliness",),
    referrer_role="gp",
    received_at=NOW,
)
OTTOLINE = person.PersonRegistered(
    name="Ottoline", nhs_number_status="03", stated_gender="2", ethnic_category="A", gp_practice="K83001"
)
WANTED = referral.SocialPrescribingAccepted(accepted_at=NOW)


def agreed(scope: str, **known: object) -> consent.ConsentGiven:
    return consent.ConsentGiven(
        **{
            "scope": scope,
            "audience": "any",
            "method": "verbal",
            "wording_version": "1",
            "given_by": "person",
            "given_on": date(2026, 3, 1),
            **known,
        }  # type: ignore[arg-type]
    )


def queue(
    kind: str, *consents: consent.Event, case: tuple[referral.Event, ...] = (RECEIVED, WANTED), who: str = "ottoline"
) -> Outcome:
    reading = {("referral", "r1"): case, ("person", who): (OTTOLINE,), ("consent", who): consents}
    return given(gp_message_queue, reading=reading).when(QueueGPMessage(referral_id="r1", person_id=who, kind=kind))


def queued(kind: str, level: str, *snomed: str) -> GPMessageQueued:
    return GPMessageQueued(
        person_id="ottoline", referral_id="r1", kind=kind, level=level, practice="K83001", snomed=snomed
    )


@pytest.mark.parametrize(("scope", "level"), [("share_gp", "full"), ("share_gp_codes", "codes_only")])
def test_the_practice_is_told_as_much_as_the_person_agreed_to(scope: str, level: str) -> None:
    queue("accepted", agreed(scope)).then(queued("accepted", level, "871731000000106"))


def test_who_agreed_to_nothing_or_took_it_back_is_not_told_of() -> None:
    withdrawn = consent.ConsentWithdrawn(scope="share_gp", audience="any", withdrawn_on=date(2026, 3, 1))
    for consents in ((), (agreed("share_gp"), withdrawn)):
        queue("accepted", *consents).then(queued("accepted", "none"), GPMessageWithheld(reason="no_consent"))


def test_declining_has_a_code_of_its_own_and_closing_has_none() -> None:
    queue("declined", agreed("share_gp")).then(queued("declined", "full", "871711000000103"))
    queue("closed", agreed("share_gp")).then(queued("closed", "full"))


def test_a_restricted_programme_is_never_told_of() -> None:
    hidden = referral.ReferralReceived(
        **{name: getattr(RECEIVED, name) for name in RECEIVED.__dataclass_fields__}
        | {"restricted": True, "programme": "refuge"}
    )
    queue("accepted", agreed("share_gp"), case=(hidden, WANTED)).then(
        queued("accepted", "none"), GPMessageWithheld(reason="restricted_programme")
    )


def test_what_was_never_told_is_not_taken_back() -> None:
    queue("retracted", agreed("share_gp")).then(queued("retracted", "full"))
    queue("retracted", agreed("share_gp"), case=(RECEIVED,)).then(
        queued("retracted", "none"), GPMessageWithheld(reason="nothing_told")
    )


def test_a_message_is_about_the_person_the_referral_is_about() -> None:
    queue("accepted", agreed("share_gp"), who="ada").refused("someone else")


def test_the_codes_are_concepts_of_snomed_ct() -> None:
    for each in (code for several in gp_message.SNOMED.values() for code in several):
        assert values.snomed_ct(each) == each


SENT = (queued("accepted", "full"), GPMessageSent(sent_at=NOW), GPMessageInfrastructureAcked(acked_at=NOW))


def test_the_two_acknowledgements_are_apart() -> None:
    given(gp_message, SENT[0]).when(RecordGPMessageDelivery(at=NOW)).then(*SENT[1:])
    given(gp_message, *SENT).when(RecordGPMessageDelivery(at=NOW)).then_nothing()
    filed = AcknowledgeGPMessage(outcome="filed", by="u1", at=NOW)
    given(gp_message, SENT[0]).when(filed).refused("has not reached the practice")
    acked = GPMessageBusinessAcked(outcome="filed", by="u1", acked_at=NOW)
    given(gp_message, *SENT).when(filed).then(acked)
    given(gp_message, *SENT, acked).when(filed).then_nothing()


def test_a_practice_that_does_not_take_it_says_why() -> None:
    refuse = AcknowledgeGPMessage(outcome="rejected", by="u1", at=NOW)
    given(gp_message, *SENT).when(refuse).refused("reason")
    told = AcknowledgeGPMessage(outcome="rejected", reason="not_registered", by="u1", at=NOW)
    given(gp_message, *SENT).when(told).then(
        GPMessageBusinessAcked(outcome="rejected", reason="not_registered", by="u1", acked_at=NOW)
    )


def test_what_was_given_up_can_still_arrive() -> None:
    given_up = RecordGPMessageDelivery(reason="timeout", at=NOW)
    failed = GPMessageFailed(reason="timeout", failed_at=NOW)
    given(gp_message, SENT[0]).when(given_up).then(failed)
    given(gp_message, SENT[0], failed).when(RecordGPMessageDelivery(at=NOW)).then(*SENT[1:])
    withheld = RecordGPMessageDelivery(reason="no_consent", withheld=True, at=NOW)
    given(gp_message, SENT[0]).when(withheld).then(GPMessageWithheld(reason="no_consent"))


def test_a_practice_has_two_working_days_to_answer() -> None:
    (due,) = deadlines(Policies(), "m1", SENT[2])
    assert due.due_at == NOW + timedelta(days=2)
    flag = when_due(due, NOW + timedelta(days=2))
    assert flag == FlagGPMessage(due_at=NOW + timedelta(days=2), at=NOW + timedelta(days=2))
    given(gp_message, *SENT).when(flag).then(GPMessageUnacknowledged(due_at=NOW + timedelta(days=2)))
    assert deadlines(Policies(), "m1", GPMessageUnacknowledged(due_at=NOW))[0].due_at is None


def test_each_step_is_told_once_an_episode() -> None:
    notes = Notes()
    notes.put_case("r1", Case("ottoline", "engaged"))
    first = policies.follows(notes, "r1", WANTED, NOW)
    again = policies.follows(notes, "r1", referral.SocialPrescribingAccepted(accepted_at=NOW + timedelta(days=90)), NOW)
    command = QueueGPMessage(referral_id="r1", person_id="ottoline", kind="accepted")
    assert first == (Send("gp_message", "r1.accepted.20260302", command),)
    assert again[0].identity != first[0].identity  # type: ignore[union-attr]
    assert policies.follows(notes, "r1", referral.TriageStarted(), NOW) == ()
