"""A practice is told over HTTP, at the level of consent on the day it is sent, and what became of it is on record."""

import json
import uuid
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from commonweal.domain import tenant
from commonweal.domain.people import consent, person
from commonweal.domain.people.merge import MergePersons
from commonweal.domain.referrals import gp_message
from commonweal.domain.referrals.gp_message_queue import QueueGPMessage
from commonweal.domain.referrals.reaching import AcceptSocialPrescribing
from commonweal.domain.referrals.referral import RecordFirstContact
from commonweal.domain.workforce.allocation import AllocateLinkWorker
from commonweal.domain.workforce.link_worker import EngageLinkWorker
from commonweal.integrations.gp_record import document
from commonweal.runtime.installation import Installation
from tests.integrations.hospital import Request
from tests.integrations.telling import NAME, NARRATIVE, NOTE, NOW, NUMBERS, TODAY, Telling, run

PRACTICE = "K83001"


async def gp(one: Telling) -> None:
    """From now on practices are told where the hospital's server listens."""
    rules = tenant.Policies(gp_endpoint=f"{one.hospital.endpoint}/$process-message")
    await one.command(
        one.road.code,
        tenant.ConfigureTenant(ods=one.road.code, name="An ICS", gss="E54000059", policies=rules, on=TODAY),
    )


async def supported(one: Telling, *scopes: str) -> str:
    """Someone with a link worker who said yes; not told of by their referrer."""
    found = await one.refer(share=False)
    someone = f"p-{found}"
    await one.command(someone, person.ChangeGPRegistration(gp_practice=PRACTICE, since=TODAY))
    for scope in scopes:
        await one.consent(found, scope)
    await one.accept(found)
    await one.command(f"w-{found}", EngageLinkWorker(display_name="Amber Hale", employer="RNS", engaged_on=TODAY))
    await one.command(found, AllocateLinkWorker(referral_id=found, worker_id=f"w-{found}", reason="capacity"))
    await one.command(found, RecordFirstContact(medium="02", held_at=NOW, note=NOTE))
    await one.command(found, AcceptSocialPrescribing(at=NOW))
    return found


async def queue(one: Telling, referral_id: str, kind: str = "accepted") -> str:
    message = str(uuid.uuid4())
    await one.command(message, QueueGPMessage(referral_id=referral_id, person_id=f"p-{referral_id}", kind=kind))
    return message


async def state(one: Telling, message: str) -> gp_message.State:
    found: gp_message.State = (await one.streams.committed("gp_message", message)).state
    return found


def resources(request: Request) -> dict[str, Any]:
    """What is in the document, by type; it is valid FHIR R4."""
    Bundle.model_validate_json(request.body)
    bundle = json.loads(request.body)
    return {"bundle": bundle, **{each["resource"]["resourceType"]: each["resource"] for each in bundle["entry"]}}


def heard(one: Telling) -> list[Request]:
    return [each for each in one.hospital.heard if "process-message" in each.path]


@pytest.mark.parametrize("scope", ["share_gp", "share_gp_codes"])
def test_a_practice_is_sent_a_document_with_codes_and_with_words_where_the_person_agreed(
    servers: Installation, scope: str
) -> None:
    async def test(one: Telling) -> None:
        await gp(one)
        found = await supported(one, scope)
        message = await queue(one, found)
        await one.begin()
        await one.settled(1)
        (sent,) = heard(one)
        body, parts = sent.body.decode(), resources(sent)
        assert parts["bundle"]["type"] == "document"
        assert parts["Patient"]["identifier"][0]["value"] == NUMBERS[0]
        assert parts["Procedure"]["code"]["coding"][0]["code"] == "871731000000106"
        full = scope == "share_gp"
        assert (NAME in body) == full
        assert ("Amber Hale" in body) == full
        assert ("loneliness" in body) == full
        assert ("<div" in body) == full
        assert NARRATIVE not in body
        assert NOTE not in body
        assert NUMBERS[0] not in json.dumps(sent.headers) + sent.path
        assert (await state(one, message)).phase == "sent"

    run(servers, test)


def test_consent_taken_back_before_it_is_sent_counts(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await gp(one)
        found = await supported(one, "share_gp")
        message = await queue(one, found)
        await one.command(f"p-{found}", consent.WithdrawConsent(scope="share_gp", withdrawn_on=TODAY))
        await one.begin()
        await one.settled(1)
        assert not heard(one)
        assert (await state(one, message)).phase == "withheld"

    run(servers, test)


def test_consent_withdrawn_through_the_record_it_was_merged_into_is_kept_to(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await gp(one)
        found = await supported(one, "share_gp")
        message = await queue(one, found)
        goes_on = f"goes-on-{found}"
        await one.command(goes_on, person.RegisterPerson(name=NAME, nhs_number_status="03", on=TODAY))
        merged = MergePersons(person_id=goes_on, absorbed_id=f"p-{found}", evidence="person_confirmed", by="lead")
        await one.command(goes_on, merged)
        await one.command(goes_on, consent.RefuseConsent(scope="share_gp", refused_on=TODAY))
        await one.begin()
        await one.settled(1)
        assert not heard(one)
        assert (await state(one, message)).phase == "withheld"

    run(servers, test)


def test_only_the_practice_where_they_are_registered_now_is_told(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await gp(one)
        found = await supported(one, "share_gp")
        message = await queue(one, found)
        await one.command(f"p-{found}", person.ChangeGPRegistration(gp_practice="K83002", since=TODAY))
        await one.begin()
        await one.settled(1)
        assert not heard(one)
        assert [row[5] for row in await one.rows()] == ["other_practice"]
        assert (await state(one, message)).phase == "withheld"

    run(servers, test)


def test_what_nobody_takes_is_given_up_and_on_record_as_failed(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await gp(one)
        one.hospital.answer = lambda _: 400
        message = await queue(one, await supported(one, "share_gp"))
        await one.begin()
        await one.settled(1)
        assert (await state(one, message)).phase == "failed"

    run(servers, test)


def test_without_consent_nothing_is_even_kept_for_sending(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await gp(one)
        refused = await queue(one, await supported(one))
        sent = await queue(one, await supported(one, "share_gp"))
        await one.begin()
        await one.settled(1)
        assert [(await state(one, each)).phase for each in (refused, sent)] == ["withheld", "sent"]

    run(servers, test)


def test_a_message_in_error_says_so() -> None:
    told = document.Told(
        message_id="m1",
        kind="retracted",
        level="codes_only",
        at=NOW,
        ics="QPM",
        practice=PRACTICE,
        referral_id="r1",
        snomed=(),
        nhs_number=NUMBERS[0],
        referred_on=TODAY,
    )
    composition = json.loads(document.build(told))["entry"][0]["resource"]
    assert composition["status"] == "entered-in-error"
