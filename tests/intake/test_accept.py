"""From a hospital's message to a recorded fact: once, for the right person, and nothing that was acknowledged is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from uuid import UUID

import psycopg
import pytest

from commonweal.domain.hospital import EDAttendanceRecorded, PatientAdmitted, PatientDischarged, PatientMatched
from commonweal.domain.message import ERASED
from commonweal.domain.people.person import ErasePerson
from commonweal.intake.accept import Answer, Inbox, Received, accept, heal
from commonweal.intake.hl7v2.hear import FEED, hear, message_key
from commonweal.kernel.handle import handle
from commonweal.runtime import hospital_feed
from commonweal.runtime.forgetting import forget
from commonweal.runtime.installation import Installation
from tests.intake.hospital_scene import ARAMINTA, NHS_NUMBER, WORDS, Scene, scene, sent
from tests.stage import play
from tests.tenant import about

Play = Callable[[Scene], Awaitable[None]]
Stage = Callable[[Play], None]


@pytest.fixture
def stage(servers: Installation) -> Stage:
    """Plays a scene with ICSs of its own."""

    return lambda story: play(scene(servers), story)


async def take(on: Scene, raw: bytes) -> Answer:
    return await hospital_feed.take(on.here, "RZZ", raw)


def test_a_discharge_of_someone_we_know_is_recorded_as_theirs(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        answer = await take(on, sent("a03_discharge"))
        assert (answer.ack, answer.reason, answer.kind) == ("AA", None, "discharge")
        matched, discharged = [fact.event for fact in await on.told()]
        assert matched == PatientMatched(person_id="araminta", method="nhs_number_and_birth_date")
        assert isinstance(discharged, PatientDischarged)
        assert (discharged.trust, discharged.ward, discharged.destination) == ("RZZ", "Bay 2", "19")
        assert (discharged.name, discharged.died) == ("Araminta Testpatient", False)
        (row,) = await on.rows()
        assert (row["state"], row["ack"], row["stream_id"]) == ("done", "AA", answer.stream_id)
        assert row["key_name"] == "araminta"
        assert not [name for name in await on.keys() if name.startswith("intake-")]

    stage(play)


def test_what_happens_to_someone_we_do_not_know_is_recorded_without_a_name_to_it(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        assert (await take(on, sent("a01_admission"))).ack == "AA"
        (admitted,) = [fact.event for fact in await on.told()]
        assert isinstance(admitted, PatientAdmitted)
        assert admitted.date_of_birth == date(1947, 2, 14)
        (row,) = await on.rows()
        assert row["key_name"] == f"intake-{row['id']}"

    stage(play)


def test_every_message_about_a_stay_ends_in_one_stream(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        for name in ("a01_admission", "a03_discharge", "a13_discharge_cancelled"):
            assert (await take(on, sent(name))).ack == "AA"
        assert await on.events() == ["PatientAdmitted", "PatientDischarged", "DischargeCancelled"]
        assert len({fact.stream_id for fact in await on.told()}) == 1

    stage(play)


def test_the_same_message_again_gets_its_first_answer_and_nothing_else(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        first = await take(on, sent("a03_discharge"))
        again = await take(on, sent("a03_discharge"))
        assert again == replace(first, duplicate=True)
        assert await on.events() == ["PatientMatched", "PatientDischarged"]
        assert len(await on.rows()) == 1

    stage(play)


def test_the_same_message_on_many_lines_at_once_is_one(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        answers = await asyncio.gather(*(take(on, sent("a03_discharge")) for _ in range(12)))
        assert {answer.ack for answer in answers} == {"AA"}
        assert await on.events() == ["PatientMatched", "PatientDischarged"]
        assert [row["state"] for row in await on.rows()] == ["done"]
        assert not [name for name in await on.keys() if name.startswith("intake-")]

    stage(play)


def test_another_message_with_the_same_control_id_is_another_message(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await take(on, sent("a03_discharge"))
        await take(on, sent("a03_discharge", ("VN-778899", "VN-778800"), ("H0012345", "H0099999")))
        assert await on.events() == ["PatientDischarged", "PatientDischarged"]

    stage(play)


@pytest.mark.parametrize("done_before_the_end", [False, True])
def test_a_message_put_away_and_not_carried_out_is_finished_later(stage: Stage, done_before_the_end: bool) -> None:
    """The process ends between the inbox and the command, or between the command and its note in the inbox."""

    async def play(on: Scene) -> None:
        await on.know()
        reached = asyncio.Event()

        async def interrupted(inbox: Inbox, received: Received) -> Answer:
            if done_before_the_end:
                await hear(inbox, received)
            reached.set()
            await asyncio.Event().wait()
            raise AssertionError

        raw = sent("a03_discharge")
        task = asyncio.create_task(accept(on.inbox, f"{FEED}/RZZ", message_key("RZZ", raw), raw, interrupted))
        await reached.wait()
        task.cancel()
        await asyncio.wait([task])
        assert [row["state"] for row in await on.rows()] == ["received"]
        assert await heal(on.inbox, hospital_feed.CARRIERS) == 1
        assert await heal(on.inbox, hospital_feed.CARRIERS) == 0
        assert await on.events() == ["PatientMatched", "PatientDischarged"]
        assert [row["state"] for row in await on.rows()] == ["done"]
        assert (await take(on, raw)).duplicate

    stage(play)


def test_a_message_handed_over_to_its_person_is_still_finished_later(stage: Stage) -> None:
    """The process ends between sealing it with the person's key and its note in the inbox."""

    async def play(on: Scene) -> None:
        await on.know()
        assert (await take(on, sent("a03_discharge"))).ack == "AA"
        async with await psycopg.AsyncConnection.connect(on.servers.database_url, autocommit=True) as admin:
            await admin.execute("update qzi.inbox set state = 'received', ack = null")
        assert await hospital_feed.heal(on.here) == 1
        assert [(row["state"], row["key_name"]) for row in await on.rows()] == [("done", "araminta")]
        assert await on.events() == ["PatientMatched", "PatientDischarged"]

    stage(play)


def test_what_goes_wrong_in_us_is_to_be_sent_again_and_then_recorded(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        async def broken(inbox: Inbox, received: Received) -> Answer:
            raise ValueError("words about Araminta")

        raw = sent("a03_discharge")
        key = message_key("RZZ", raw)
        failed = await accept(on.inbox, f"{FEED}/RZZ", key, raw, broken)
        assert (failed.ack, [row["state"] for row in await on.rows()]) == ("AE", ["failed"])
        assert "Araminta" not in (failed.reason or "")
        assert (await take(on, raw)).ack == "AA"
        assert await on.events() == ["PatientDischarged"]

    stage(play)


def test_a_cancellation_that_overtakes_its_discharge_is_kept_and_undoes_nothing(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        early = await take(on, sent("a13_discharge_cancelled"))
        assert (early.ack, await on.events()) == ("AA", [])
        assert (await take(on, sent("a03_discharge"))).ack == "AA"
        again = sent("a13_discharge_cancelled", ("RZZ-", "RZZ-9"))
        assert (await take(on, again)).ack == "AA"
        assert await on.events() == ["PatientDischarged", "DischargeCancelled"]
        assert [row["kind"] for row in await on.rows()] == ["cancel-discharge", "discharge", "cancel-discharge"]

    stage(play)


@pytest.mark.parametrize(
    ("raw", "ack", "says"),
    [
        (b"\xff\xfe\x00 nothing anyone wrote", "AR", "MSH"),
        (b"", "AR", "empty"),
        (sent("a03_discharge", ("ADT^A03^ADT_A01", "ORU^R01")), "AR", "ADT"),
        (sent("a03_discharge", ("ADT^A03^ADT_A01", "ADT^A60")), "AA", "means nothing to us yet"),
        (sent("a03_discharge", ("ADT^A03^ADT_A01", "ADT^A02")), "AA", "wards"),
        (sent("a03_discharge", ("|PAS|RZZ01|", "|PAS|RXX01|")), "AR", "MSH-4"),
        (sent("a03_discharge", ("|PAS|RZZ01|", "|PAS||")), "AR", "MSH-4"),
        (sent("a31_person_updated"), "AA", "does not change what we hold"),
    ],
)
def test_what_leads_to_nothing_is_kept_sealed_and_answered_with_the_reason(
    stage: Stage, raw: bytes, ack: str, says: str
) -> None:
    async def play(on: Scene) -> None:
        answer = await take(on, raw)
        assert answer.ack == ack
        assert says in (answer.reason or "")
        assert await on.events() == []
        (row,) = await on.rows()
        assert (row["state"], row["ack"]) == ({"AA": "done", "AR": "refused"}[ack], ack)
        key = await on.here.streams.vault.make(row["key_name"])
        assert key is not None
        assert key.open(row["sealed"], f"QZI|inbox|{row['id']}".encode()) == raw

    stage(play)


def test_what_was_refused_may_be_sent_again_once_the_trust_is_put_right(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        raw = sent("a03_discharge")
        assert (await hospital_feed.take(on.here, "RYY", raw)).ack == "AR"
        assert (await take(on, raw)).ack == "AA"

    stage(play)


@pytest.mark.parametrize(
    ("changes", "method"),
    [
        ((), "nhs_number_and_birth_date"),
        ((("|19470214|", "||"),), "nhs_number"),
        ((("|19470214|", "|19470215|"),), None),
        ((("943 476 5919", "943 476 5918"),), None),
        ((("943 476 5919", "9876543210"),), None),
        ((("~943 476 5919^^^NHS^NH", ""),), None),
    ],
)
def test_a_stay_is_someones_only_where_we_are_sure(
    stage: Stage, changes: tuple[tuple[str, str], ...], method: str | None
) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        assert (await take(on, sent("a03_discharge", *changes))).ack == "AA"
        assert [f.event.method for f in await on.told() if isinstance(f.event, PatientMatched)] == [method] * bool(
            method
        )
        assert [row["key_name"] == "araminta" for row in await on.rows()] == [bool(method)]

    stage(play)


def test_a_placeholder_links_to_nobody_even_where_somebody_was_given_it(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know(replace(ARAMINTA, nhs_number="9999999999"))
        assert (await take(on, sent("a03_discharge", ("943 476 5919", "9999999999")))).ack == "AA"
        (discharged,) = [fact.event for fact in await on.told()]
        assert discharged.nhs_number is None

    stage(play)


def test_a_stay_does_not_pass_to_someone_else(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        await take(on, sent("a01_admission"))
        other = await take(on, sent("a03_discharge", ("943 476 5919", "9876543210")))
        assert (other.ack, other.reason) == ("AR", "this hospital stay is another person's already")
        assert await on.events() == ["PatientMatched", "PatientAdmitted"]

    stage(play)


def test_a_death_in_hospital_is_recorded_of_the_stay_and_of_the_person(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        assert (await take(on, sent("a03_died"))).ack == "AA"
        *_, discharged = [fact.event for fact in await on.told()]
        assert discharged.died
        assert (await on.here.streams.committed("person", "araminta")).state.phase == "died"

    stage(play)


def test_a_visit_to_ae_is_an_attendance_and_can_be_taken_back(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        assert (await take(on, sent("a04_in_ae"))).ack == "AA"
        (attended,) = await on.told()
        assert isinstance(attended.event, EDAttendanceRecorded)
        await take(on, sent("a04_in_ae", ("ADT^A04", "ADT^A11")))
        assert await on.events() == ["EDAttendanceRecorded", "AdmissionCancelled"]

    stage(play)


def test_a_merge_of_hospital_numbers_is_recorded_for_each_number(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        answer = await take(on, sent("a40_merged"))
        assert (answer.ack, answer.kind) == ("AA", "merge-patient")
        assert set(await on.events()) == {"HospitalRecordsMerged"}

    stage(play)


def test_a_discharge_that_was_cancelled_may_be_told_again_word_for_word(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await take(on, sent("a03_discharge"))
        await take(on, sent("a13_discharge_cancelled"))
        await take(on, sent("a03_discharge", ("RZZ-1002", "RZZ-1009")))
        assert await on.events() == ["PatientDischarged", "DischargeCancelled", "PatientDischarged"]

    stage(play)


def test_someone_erased_is_forgotten_in_the_inbox_too(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        await take(on, sent("a01_admission"))
        await handle(on.here.streams, "araminta", ErasePerson(basis="request_upheld"), about())
        await on.here.streams.vault.destroy("araminta", "erased")
        await on.here.log.give_back("person-araminta")
        later = await take(on, sent("a03_discharge"))
        assert (later.ack, later.reason) == ("AA", "it is taken; nothing follows from it")
        _, admitted = [fact.event for fact in await on.told()]
        assert admitted.name is ERASED
        for row in await on.rows():
            assert await on.here.streams.vault.make(row["key_name"]) is None

    stage(play)


def test_what_was_told_before_we_knew_whose_stay_it_was_is_forgotten_too(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        unknown = await take(on, sent("a01_admission", ("~943 476 5919^^^NHS^NH", "")))
        known = await take(on, sent("a03_discharge"))
        assert (unknown.person_id, known.person_id) == (None, "araminta")
        assert unknown.stream_id == known.stream_id is not None
        await forget(on.here, "araminta", "request_upheld")
        admitted, _, discharged = [fact.event for fact in await on.told()]
        assert (admitted.name, discharged.name) == (ERASED, ERASED)
        for row in await on.rows():
            assert await on.here.streams.vault.make(row["key_name"]) is None

    stage(play)


def test_nothing_personal_stands_in_the_inbox_or_the_log_in_clear(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        names = ("a01_admission", "a03_discharge", "a31_person_updated", "a40_merged", "a04_in_ae")
        assert [word for word in WORDS if not any(word in sent(name) for name in names)] == [NHS_NUMBER.encode()]
        for name in names:
            await take(on, sent(name))
        await take(on, sent("a03_discharge")[60:])
        everything = [str(row).encode() for row in await on.rows()] + [bytes(row["sealed"]) for row in await on.rows()]
        recorded = await on.here.log.after(0, 1000)
        everything += [part for each in recorded for part in (each.data, each.stream_id.encode())]
        assert len(recorded) > 5
        for word in WORDS:
            assert not [part for part in everything if word in part or word.hex().encode() in part]

    stage(play)


def test_another_ics_sees_nothing_of_it_and_knows_nobody_by_it(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await on.know()
        await take(on, sent("a03_discharge"))
        assert (await on.rows(on.there), await on.told(on.there)) == ([], [])
        assert (await hospital_feed.take(on.there, "RZZ", sent("a03_discharge"))).duplicate is False
        assert await on.events(on.there) == ["PatientDischarged"]
        async with on.there.pool.borrow() as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute("select * from qzi.inbox")

    stage(play)


def test_what_came_in_is_never_deleted_nor_its_key_or_time_changed(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        await take(on, sent("a03_discharge"))
        for attack in ("delete from inbox", "update inbox set key = ''", "update inbox set received_at = now()"):
            async with on.here.pool.borrow() as connection:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    await connection.execute(attack)

    stage(play)


def test_the_acknowledgement_says_what_became_of_the_message(stage: Stage) -> None:
    async def play(on: Scene) -> None:
        accepted = await hospital_feed.answer(on.here, "RZZ", sent("a03_discharge"))
        assert b"\rMSA|AA|RZZ-1002" in accepted
        refused = await hospital_feed.answer(on.here, "RZZ", b"PID|1||H1")
        assert b"MSA|AR|" in refused
        assert b"Required field missing" not in refused  # HL70357 code 101: a message without MSH has no fields
        assert isinstance((await on.rows())[0]["id"], UUID)

    stage(play)
