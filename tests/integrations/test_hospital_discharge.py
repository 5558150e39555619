"""A trust that referred someone learns what became of it: in order, once, and only while the person agrees."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from fhir.resources.R4B.task import Task

from commonweal.domain.people import consent, person
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.allocation import AllocateLinkWorker, CloseReferral, ReopenReferral, RetractReferral
from commonweal.integrations.delivery import task
from commonweal.runtime.installation import Installation
from tests.integrations.hospital import Request, stall, take
from tests.integrations.telling import (
    FEEDBACK,
    NAME,
    NARRATIVE,
    NOTE,
    NOW,
    NUMBERS,
    TODAY,
    TRUST,
    Telling,
    run,
    telling,
)
from tests.road import until

WITHDRAW = consent.WithdrawConsent(scope="share_referrer", audience=TRUST, withdrawn_on=TODAY)


def told(event: referral.Event, nhs_number: str | None = NUMBERS[0]) -> task.Told:
    return task.Told(
        event=event, at=NOW, referral_id="r1", received_at=NOW, trust=TRUST, source_reference="x1", ics="QZT",
        nhs_number=nhs_number,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event", "status", "progress", "reason"),
    [
        (referral.TriageStarted(), "received", "in_triage", None),
        (
            referral.InformationRequested(missing=("consent",), question=NOTE, requested_at=NOW, due_at=NOW),
            "on-hold",
            "awaiting_information",
            None,
        ),
        (referral.InformationProvided(answer=NOTE, provided_at=NOW, clock_from=NOW), "received", "in_triage", None),
        (referral.InformationRequestLapsed(due_at=NOW, clock_from=NOW), "received", "in_triage", None),
        (referral.ReferralAccepted(), "accepted", "accepted", None),
        (referral.LinkWorkerAllocated(worker_id="w", weight=1, reason="capacity"), "accepted", "allocated", None),
        (referral.FirstContactMade(worker_id="w", medium="02", held_at=NOW, note=NOTE), "in-progress", "engaged", None),
        (referral.SupportStarted(plan_id="p1"), "in-progress", "in_support", None),
        (referral.ReferralRejected(reason="01", feedback=FEEDBACK), "rejected", "rejected", "01"),
        (referral.ReferralWithdrawn(reason="not_needed", by="u1"), "cancelled", "withdrawn", "not_needed"),
        (
            referral.ReferralRedirected(to_organisation="X1", reason="better_placed"),
            "rejected",
            "redirected",
            "better_placed",
        ),
        (referral.SocialPrescribingDeclined(reason="not_now"), "cancelled", "declined", "not_now"),
        (referral.ReferralClosed(reason="goals_met"), "completed", "closed", "goals_met"),
        (referral.ReferralClosed(reason="lost_contact"), "cancelled", "closed", "lost_contact"),
        (referral.ReferralReopened(), "accepted", "reopened", None),
        (referral.ReferralRetractedInError(reason="duplicate"), "entered-in-error", "retracted", "duplicate"),
    ],
)
def test_each_step_is_a_valid_task_with_codes_and_no_words(
    event: referral.Event, status: str, progress: str, reason: str | None
) -> None:
    body = task.build(told(event))
    found = Task.model_validate_json(body).model_dump()
    assert (found["status"], found["businessStatus"]["coding"][0]["code"]) == (status, progress)
    assert ("statusReason" in found) == (reason is not None)
    assert reason is None or found["statusReason"]["coding"][0]["code"] == reason
    assert FEEDBACK.encode() not in body
    assert NOTE.encode() not in body


def test_a_task_says_which_referral_of_theirs_it_is_about_whom_and_between_whom() -> None:
    found = Task.model_validate_json(task.build(told(referral.ReferralAccepted()))).model_dump()
    assert found["basedOn"][0]["identifier"] == {"system": "urn:commonweal:id:source-reference:RNS", "value": "x1"}
    assert found["for"]["identifier"] == {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBERS[0]}
    assert found["requester"]["identifier"] == {
        "system": "https://fhir.nhs.uk/Id/ods-organization-code",
        "value": TRUST,
    }
    assert found["owner"]["identifier"]["value"] == "QZT"
    assert found["meta"]["profile"] == ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Task"]
    assert found["intent"] == "order"


def test_without_an_nhs_number_the_trusts_own_reference_is_enough() -> None:
    assert "for" not in Task.model_validate_json(task.build(told(referral.ReferralAccepted(), None))).model_dump()


def test_a_trust_hears_the_whole_story_in_order_and_no_word_of_anyone(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.begin()
        found = await one.refer()
        await one.accept(found)
        worker = link_worker.EngageLinkWorker(display_name="Wren", employer="QZT", caseload_limit=9, engaged_on=TODAY)
        await one.command("w1", worker)
        allocate = AllocateLinkWorker(referral_id=found, worker_id="w1", weight=1, reason="capacity")
        await one.command(found, allocate)
        await one.command(found, referral.RecordFirstContact(medium="02", held_at=NOW, note=NOTE))
        await one.command(found, CloseReferral(referral_id=found, reason="goals_met"))
        await one.command(found, ReopenReferral(referral_id=found))
        await one.command(found, RetractReferral(referral_id=found, reason="duplicate"))
        await one.settled(8)
        assert one.hospital.taken() == [
            "in_triage", "accepted", "allocated", "engaged", "closed", "reopened", "allocated", "retracted",
        ]  # fmt: skip
        for request in one.hospital.heard:
            assert request.path == "POST /fhir/Task HTTP/1.1"
            assert request.headers["content-type"] == "application/fhir+json"
            uuid.UUID(request.headers["x-correlation-id"])
            Task.model_validate_json(request.body)
            assert not any(word.encode() in request.body for word in (NARRATIVE, NOTE, NAME))
        assert len({request.request_id for request in one.hospital.heard}) == 8

    run(servers, test)


def test_only_a_trust_with_an_address_is_told(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.begin()
        await one.accept(await one.refer(source_org="K83001"))
        told_of = await one.refer()
        await one.accept(told_of)
        await one.settled(2)
        assert set(one.hospital.taken(told_of)) == {"in_triage", "accepted"}
        assert len(one.hospital.heard) == 2

    run(servers, test)


def test_without_consent_nothing_is_sent_and_the_row_says_why(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.begin()
        found = await one.refer(share=False)
        await one.accept(found)
        await one.settled(2)
        assert one.hospital.heard == []
        assert {row[2:] for row in await one.rows()} == {("withheld", 1, None, "no_consent")}
        await one.consent(found, "share_referrer")
        await one.command(found, CloseReferral(referral_id=found, reason="time_limit"))
        await one.settled(3)
        assert one.hospital.taken() == ["closed"]

    run(servers, test)


def test_consent_that_has_run_out_is_no_consent(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.begin()
        found = await one.refer(share=False)
        await one.consent(found, "share_referrer", TRUST, expires_on=TODAY)
        await one.accept(found)
        await one.settled(2)
        one.today = TODAY + timedelta(days=1)
        await one.command(found, CloseReferral(referral_id=found, reason="time_limit"))
        await one.settled(3)
        assert await one.states(found) == ["delivered", "delivered", "withheld"]

    run(servers, test)


def test_consent_withdrawn_between_two_tries_stops_the_second(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = lambda _: 503
        await one.begin()
        found = await one.refer()
        await one.command(found, referral.StartTriage())
        await until(lambda: one.hospital.heard)
        await one.command(f"p-{found}", WITHDRAW)
        await one.settled(1)
        tries = len(one.hospital.heard)
        one.hospital.answer = take
        await asyncio.sleep(0.5)
        assert await one.states(found) == ["withheld"]
        assert len(one.hospital.heard) == tries
        assert (await one.rows())[0][-1] == "no_consent"

    run(servers, test, again=(0.3,) * 7)


def test_nothing_is_sent_about_an_erased_person(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = lambda _: 503
        await one.begin()
        found = await one.refer()
        await one.command(found, referral.StartTriage())
        await until(lambda: one.hospital.heard)
        await one.command(f"p-{found}", person.ErasePerson(basis="request_upheld"))
        one.hospital.answer = take
        await one.settled(1)
        assert (await one.rows())[0][2:] == ("withheld", len(one.hospital.heard) + 1, None, "erased")

    run(servers, test, again=(0.3,) * 7)


def test_a_refusal_for_good_is_parked_at_once_and_holds_back_nothing(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = lambda request: 422 if request.progress == "in_triage" else 201
        await one.begin()
        found = await one.refer()
        await one.accept(found)
        await one.settled(2)
        assert [row[2:] for row in await one.rows()] == [
            ("parked", 1, 422, "refused"),
            ("delivered", 1, 201, None),
        ]

    run(servers, test)


def failing_first(status: int, times: int) -> Callable[[Request], int]:
    left = [status] * times

    def answer(_: Request) -> int:
        return left.pop() if left else 200

    return answer


@pytest.mark.parametrize("status", [503, 500, 429, 409])
def test_a_failure_that_may_pass_is_tried_again_with_the_same_id_before_anything_later(
    servers: Installation, status: int
) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = failing_first(status, 3)
        await one.begin()
        await one.accept(await one.refer())
        await one.settled(2)
        assert one.hospital.taken() == ["in_triage"] * 4 + ["accepted"]
        assert len({request.request_id for request in one.hospital.heard}) == 2
        assert [row[2:] for row in await one.rows()] == [("delivered", 4, 200, None), ("delivered", 1, 200, None)]

    run(servers, test)


def test_after_the_last_try_it_is_parked_and_the_next_is_tried(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = lambda request: 503 if request.progress == "in_triage" else 201
        await one.begin()
        found = await one.refer()
        await one.accept(found)
        await one.settled(2)
        assert [row[2:] for row in await one.rows()] == [("parked", 3, 503, "not_now"), ("delivered", 1, 201, None)]

    run(servers, test, again=(0.05, 0.05))


def test_a_stalled_referral_holds_up_no_other(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        stalled = await one.refer()
        one.hospital.answer = lambda request: stall(request) if request.referral == stalled else 201
        await one.begin()
        await one.command(stalled, referral.StartTriage())
        await until(lambda: one.hospital.heard)
        other = await one.refer()
        await one.accept(other)
        await until(lambda: len(one.hospital.taken(other)) == 2)
        assert one.hospital.taken(stalled) == ["in_triage"]
        one.hospital.answer = take
        await one.hospital.stop()  # whoever was left to wait hears that nobody answers
        await one.hospital.start()
        await one.settled(3)
        assert await one.states(stalled) == ["delivered"]
        assert one.hospital.taken(stalled) == ["in_triage"] * 2

    run(servers, test)


def test_a_trust_that_is_away_is_told_when_it_is_back(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.hospital.stop()
        await one.begin()
        found = await one.refer()
        await one.accept(found)
        async with asyncio.timeout(20):
            while not (rows := await one.rows()) or rows[0][2:][::3] != ("waiting", "ConnectError"):  # noqa: ASYNC110 – a database is asked
                await asyncio.sleep(0.05)
        await one.hospital.start()
        await one.settled(2)
        assert one.hospital.taken() == ["in_triage", "accepted"]

    run(servers, test, again=(0.1,) * 200)


def test_processes_killed_in_the_middle_lose_nothing_and_send_again_under_the_same_id(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = stall
        await one.begin()
        several = [await one.refer() for _ in range(3)]
        for each in several:
            await one.accept(each)
        await until(lambda: len(one.hospital.heard) == 3)
        await one.cease()
        one.hospital.answer = take
        cut_short = {request.request_id for request in one.hospital.heard}
        await one.leases_run_out()
        await one.begin()
        await one.settled(6)
        for each in several:
            assert one.hospital.taken(each) == ["in_triage", "in_triage", "accepted"]
        again = [request.request_id for request in one.hospital.heard[3:]]
        assert len(again) == len(set(again)) == 6
        assert cut_short < set(again)

    run(servers, test)


def test_what_happened_while_nobody_collected_is_told_once(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        several = [await one.refer() for _ in range(2)]
        await one.accept(several[0])
        for _ in range(3):
            await one.begin()
            await asyncio.sleep(0.15)
            await one.cease()
            await one.leases_run_out()
        await one.accept(several[1])
        await one.begin()
        await one.settled(4)
        for each in several:
            assert one.hospital.kept(each) == ["in_triage", "accepted"]

    run(servers, test)


def test_what_the_stream_no_longer_sends_is_read_from_the_log(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.begin()
        found = await one.refer()
        await one.accept(found)
        await one.settled(2)
        await one.cease()
        async with await psycopg.AsyncConnection.connect(servers.database_url) as admin:
            # The server believes that all of it was understood; a database restored to the past knows nothing of that.
            await admin.execute("delete from qzt.deliveries")
            await admin.execute("update qzt.consumed set position = 3")
        await one.begin()
        await one.command(found, CloseReferral(referral_id=found, reason="time_limit"))
        await one.settled(3)
        assert one.hospital.taken() == ["in_triage", "accepted", "in_triage", "accepted", "closed"]

    run(servers, test)


def test_a_trust_that_wants_a_token_is_shown_the_one_in_its_file(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.configure(one.hospital.endpoint, "secrets/rns.token")
        await one.begin()
        found = await one.refer()
        await one.command(found, referral.StartTriage())
        async with asyncio.timeout(20):
            while (await one.rows())[:1] == [] or (await one.rows())[0][-1] != "KeyError":  # noqa: ASYNC110 – the outbox is another task
                await asyncio.sleep(0.02)  # the file is not there yet: tried again, never sent without
        assert one.hospital.heard == []
        one.tokens["secrets/rns.token"] = "a-token"
        await one.settled(1)
        assert [each.headers["authorization"] for each in one.hospital.heard] == ["Bearer a-token"]

    run(servers, test, again=(0.3,) * 7)


def test_a_trust_whose_address_is_taken_away_is_told_nothing_more(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = lambda _: 503
        await one.begin()
        found = await one.refer()
        await one.command(found, referral.StartTriage())
        await until(lambda: one.hospital.heard)
        await one.configure(None)
        await one.settled(1)
        assert (await one.rows())[0][-1] == "no_endpoint"

    run(servers, test, again=(0.3,) * 7)


def test_two_processes_at_once_tell_each_step_once(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        second = Telling(one.road, one.hospital, one.again)
        await one.begin()
        await second.begin()
        several = [await one.refer() for _ in range(4)]
        for each in several:
            await one.accept(each)
        await one.settled(8)
        await second.cease()
        for each in several:
            assert one.hospital.taken(each) == ["in_triage", "accepted"]

    run(servers, test)


def test_one_care_system_tells_nothing_of_another(servers: Installation) -> None:
    async def inside() -> None:
        async with telling(servers, "QZT", "QZU") as (one, other):
            other.hospital.answer = stall
            for each in (one, other):
                await each.begin()
            found, theirs = await one.refer(), await other.refer()
            await other.command(theirs, referral.StartTriage())
            await until(lambda: other.hospital.heard)
            await one.accept(found)
            await one.settled(2)
            assert {request.referral for request in one.hospital.heard} == {found}
            assert {request.referral for request in other.hospital.heard} == {theirs}
            assert len(await other.rows()) == 1

    asyncio.run(inside())


def test_the_outbox_holds_nothing_personal(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = lambda _: 400
        await one.begin()
        await one.accept(await one.refer())
        await one.settled(2)
        async with one.road.tenant.pool.borrow() as connection:
            rows = await (await connection.execute("select deliveries::text from deliveries")).fetchall()
        text = " ".join(row[0] for row in rows)
        assert rows
        for word in (NARRATIVE, NAME, NUMBERS[0], "words", "ref-"):
            assert word not in text

    run(servers, test)
