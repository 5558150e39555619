"""A referrer's message is put away and followed by what it asks for: once, for the right person, or with the reason why not."""

from datetime import UTC, date, datetime

import pytest

from commonweal.domain.people import consent, person
from commonweal.domain.people.consent import WithdrawConsent
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.information import RequestInformation
from commonweal.intake.accept import Answer, accept, heal, place
from commonweal.intake.fhir import hear
from commonweal.kernel.handle import handle
from commonweal.runtime.hospital_feed import CARRIERS
from commonweal.runtime.installation import Installation
from tests.intake.hospital_scene import ARAMINTA, Scene, names, scene
from tests.intake.referrer_scene import part, setting, take, told, without, written
from tests.stage import play
from tests.tenant import about

NAMES = ["PersonRegistered", "ConsentGiven", "ReferralReceived"]


def test_a_new_referral_makes_the_person_known_and_is_received_once(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        first = await take(on, written())
        assert (first.ack, first.reason) == ("AA", None)
        facts = await told(on)
        assert names(facts) == NAMES
        assert {fact.channel for fact in facts} == {"fhir"}
        assert {fact.actor for fact in facts} == {"RZZ"}
        assert first.stream_id == facts[-1].stream_id
        assert first.person_id == facts[0].identity
        again = await take(on, written())
        assert (again.duplicate, again.stream_id) == (True, first.stream_id)
        assert names(await told(on)) == NAMES

    play(scene(servers), story)


def test_someone_we_know_is_found_by_their_nhs_number(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await on.know()
        answer = await take(on, written())
        assert answer.person_id == "araminta"
        assert names(await told(on)) == NAMES
        received = (await told(on))[-1].event
        assert isinstance(received, referral.ReferralReceived)
        assert received.person_id == "araminta"

    play(scene(servers), story)


def test_an_nhs_number_with_another_date_of_birth_is_nobody_we_are_sure_of(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await on.know()
        answer = await take(on, written("new", setting("Patient", birthDate="1960-01-01")))
        assert (answer.ack, answer.error) == ("AR", "REC_UNPROCESSABLE_ENTITY")
        assert "do not belong together" in str(answer.reason)
        assert names(await told(on)) == ["PersonRegistered"]

    play(scene(servers), story)


def test_without_consent_nothing_is_written_and_what_is_missing_is_said(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        answer = await take(on, written("new", without("Consent")))
        assert (answer.ack, answer.error) == ("AR", "REC_UNPROCESSABLE_ENTITY")
        assert await told(on) == []
        (row,) = await on.rows()
        assert row["state"] == "refused"
        assert b"Testpatient" not in bytes(row["sealed"])

    play(scene(servers), story)


def test_a_no_that_was_said_later_counts(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await take(on, written())
        whose = (await told(on))[0].identity
        later = WithdrawConsent(scope="contact", withdrawn_on=date(2026, 3, 3))
        await handle(on.here.streams, whose, later, about())
        other = written("new", setting("ServiceRequest", identifier=[{"value": "RZZ-2"}]), id_="another")
        answer = await take(on, other)
        assert (answer.ack, "since said no" in str(answer.reason)) == ("AR", True)
        assert names(await told(on)) == [*NAMES, "ConsentWithdrawn"]

    play(scene(servers), story)


def test_the_same_referral_in_another_message_is_a_duplicate(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await take(on, written())
        answer = await take(on, written(id_="another"))
        assert (answer.ack, answer.error) == ("AR", "REC_CONFLICT")
        assert names(await told(on)) == NAMES
        elsewhere = await take(on, written(id_="third"), organisation="RYY")
        assert elsewhere.ack == "AA", "what another organisation calls so is another referral"

    play(scene(servers), story)


KEY = "fhir|RZZ|5a0c0000-0000-4000-8000-000000000001"


def test_another_message_under_a_used_id_is_noticed(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        assert await place(on.inbox, KEY, written()) == KEY
        await take(on, written())
        assert await place(on.inbox, KEY, written()) == KEY
        assert await place(on.inbox, KEY, written("new", setting("ServiceRequest", priority="routine"))) is None

    play(scene(servers), story)


def test_a_refused_message_may_come_mended_under_its_id_until_one_is_taken(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        for broken in (written("new", without("Consent")), written("new", setting("ServiceRequest", status="revoked"))):
            assert (await sent_again(on, broken)).ack == "AR"
        first = await sent_again(on, written())
        assert (first.ack, first.duplicate) == ("AA", False)
        again = await sent_again(on, written())
        assert (again.duplicate, again.stream_id) == (True, first.stream_id)
        assert names(await told(on)) == NAMES
        for late in (written("new", without("Consent")), written("new", setting("ServiceRequest", priority="routine"))):
            assert await place(on.inbox, KEY, late) is None, "the id is that of the message that was taken"
        assert sorted(row["state"] for row in await on.rows()) == ["done", "refused", "refused"]

    play(scene(servers), story)


async def sent_again(on: Scene, raw: bytes) -> Answer:
    key = await place(on.inbox, KEY, raw)
    assert key is not None
    return await accept(on.inbox, "fhir/RZZ/hospital", key, raw, hear)


def test_an_id_is_not_mended_for_ever(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        for number in range(20):
            broken = written("new", without("Consent"), setting("ServiceRequest", id=f"n{number}"))
            assert (await sent_again(on, broken)).ack == "AR"
        assert await place(on.inbox, KEY, written()) is None

    play(scene(servers), story)


def test_an_update_is_for_somebody_to_look_at_and_changes_nothing_yet(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await take(on, written())
        answer = await take(on, written("update"))
        assert answer.ack == "AA"
        assert "look at it" in str(answer.reason)
        facts = await told(on)
        assert names(facts) == [*NAMES, "TaskCreated"]
        task = facts[-1].event
        assert (task.kind, task.referral_id) == ("review", facts[2].identity)
        assert "There is nothing in the house." in task.words
        assert "food" in task.words

    play(scene(servers), story)


def test_an_update_answers_what_the_referrer_was_asked(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        taken = await take(on, written())
        referral_id = str(taken.stream_id).partition("-")[2]
        now = datetime.now(UTC)
        for command in (
            referral.StartTriage(),
            RequestInformation(missing=("reason_for_referral",), question="What would help?", at=now),
        ):
            await handle(on.here.streams, referral_id, command, about())
        answer = await take(on, written("update"))
        assert (answer.ack, answer.reason) == ("AA", None)
        assert names(await told(on))[-1] == "InformationProvided"

    play(scene(servers), story)


@pytest.mark.parametrize(
    ("status", "event"), [("revoked", "ReferralWithdrawn"), ("entered-in-error", "ReferralRetractedInError")]
)
def test_a_deletion_takes_the_referral_back(servers: Installation, status: str, event: str) -> None:
    async def story(on: Scene) -> None:
        first = await take(on, written())
        answer = await take(on, written("delete", setting("ServiceRequest", status=status)))
        assert (answer.ack, answer.stream_id) == ("AA", first.stream_id)
        assert names(await told(on)) == [*NAMES, event]

    play(scene(servers), story)


@pytest.mark.parametrize("reason", ["update", "delete"])
def test_what_is_not_here_cannot_be_changed(servers: Installation, reason: str) -> None:
    async def story(on: Scene) -> None:
        await take(on, written())
        elsewhere = await take(on, written(reason), organisation="RYY")
        assert (elsewhere.ack, elsewhere.error) == ("AR", "REC_NOT_FOUND")

    play(scene(servers), story)


def test_an_update_about_someone_else_is_not_mixed_up(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await take(on, written())
        other = person.RegisterPerson(name="Wren", nhs_number="9876543210", nhs_number_status="01", on=date(2026, 1, 1))
        await handle(on.here.streams, "wren", other, about())

        def theirs(bundle: dict[str, object]) -> None:
            part(bundle, "Patient")["identifier"][0]["value"] = "9876543210"

        answer = await take(on, written("update", theirs))
        assert (answer.ack, answer.error) == ("AR", "REC_CONFLICT")

    play(scene(servers), story)


def test_what_was_left_by_a_process_that_ended_is_finished(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await take(on, written())
        async with on.here.pool.borrow() as connection:
            await connection.execute("update inbox set state = 'received', ack = null")
        assert await heal(on.inbox, CARRIERS) == 1
        assert names(await told(on)) == NAMES
        (row,) = await on.rows()
        assert (row["state"], row["ack"]) == ("done", "AA")

    play(scene(servers), story)


def test_one_without_an_nhs_number_is_made_known_once(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        raw = written("new", setting("Patient", identifier=[]))
        answer = await take(on, raw)
        assert answer.ack == "AA"
        assert (await told(on))[0].event.nhs_number_status == "03"
        again = await take(on, written("new", setting("Patient", identifier=[]), id_="another"))
        assert (again.ack, again.error) == ("AR", "REC_CONFLICT")
        assert names(await told(on)) == NAMES

    play(scene(servers), story)


def test_who_is_erased_takes_the_message_with_them(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await take(on, written())
        (row,) = await on.rows()
        assert row["key_name"] == (await told(on))[0].identity
        assert f"intake-{row['id']}" not in await on.keys()

    play(scene(servers), story)


def test_a_consent_that_is_there_is_not_recorded_again(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await on.know(ARAMINTA)
        given = consent.GiveConsent(scope="contact", method="verbal", wording_version="1", given_on=date(2026, 1, 5))
        await handle(on.here.streams, "araminta", given, about())
        await take(on, written())
        assert names(await told(on)) == ["PersonRegistered", "ConsentGiven", "ReferralReceived"]

    play(scene(servers), story)


def test_characters_no_database_keeps_are_left_out(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        odd = setting("Patient", name=[{"family": "Test\u0000patient", "given": ["Ara\ud800minta"]}])
        assert (await take(on, written("new", odd))).ack == "AA"
        assert (await told(on))[0].event.name == "Araminta Testpatient"

    play(scene(servers), story)
