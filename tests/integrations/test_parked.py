"""What was given up is tried again by whoever looks at it: asked anew whether they may know, and never behind what they know."""

import asyncio

from commonweal.domain.people import consent, person
from commonweal.domain.referrals import referral
from commonweal.domain.workforce.allocation import CloseReferral
from commonweal.integrations.delivery import Put
from commonweal.runtime.installation import Installation
from tests.integrations.hospital import Request, take
from tests.integrations.telling import NAME, NARRATIVE, NUMBERS, TODAY, TRUST, Telling, run, telling


def refuse(_: Request) -> int | None:
    return 400


async def parked(one: Telling, steps: int = 1) -> str:
    """A referral of A&E's of which everything is parked: that it arrived; with two steps, that it was accepted too."""
    one.hospital.answer = refuse
    await one.begin()
    found = await one.refer(setting="ed")
    if steps > 1:
        await one.accept(found)
    await one.settled(steps)
    assert await one.states(found) == ["parked"] * steps
    one.hospital.answer = take
    one.hospital.heard.clear()
    return found


def test_what_is_parked_is_listed_with_references_and_nothing_of_the_person(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        found = await parked(one)
        (letter,) = await one.parked.letters()
        assert (letter.integration, letter.recipient, letter.type) == (
            "emergency_department",
            TRUST,
            "ReferralReceived",
        )
        assert (letter.stream_id, letter.state) == (f"referral-{found}", "parked")
        assert letter.attempts >= 1
        assert (letter.last_status, letter.last_error, letter.overtaken) == (400, "refused", False)
        assert letter.happened_at is not None
        assert await one.parked.about(letter.event_id) == [letter]
        for word in (NAME, NARRATIVE, NUMBERS[0], "ref-"):
            assert word not in str(letter)

    run(servers, test)


def test_replayed_they_are_told_in_order(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        found = await parked(one, 2)
        done = await one.parked.replay()
        assert (done.waiting, done.overtaken) == (2, 0)
        await one.settled(2)
        assert one.hospital.taken(found) == ["received", "accepted"]
        assert await one.parked.letters() == []
        again = await one.parked.replay()
        assert (again.waiting, again.overtaken) == (0, 0)

    run(servers, test)


def test_consent_withdrawn_between_parking_and_replay_sends_nothing(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        found = await parked(one)
        withdraw = consent.WithdrawConsent(scope="share_referrer", audience=TRUST, withdrawn_on=TODAY)
        await one.command(f"p-{found}", withdraw)
        await one.parked.replay()
        await one.settled(1)
        assert await one.states(found) == ["withheld"]
        assert (await one.rows())[0][-1] == "no_consent"
        assert one.hospital.heard == []

    run(servers, test)


def test_a_person_erased_between_parking_and_replay_is_told_of_to_nobody(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        found = await parked(one)
        await one.command(f"p-{found}", person.ErasePerson(basis="request_upheld"))
        await one.parked.replay()
        await one.settled(1)
        assert (await one.rows())[0][-1] == "erased"
        assert one.hospital.heard == []

    run(servers, test)


def test_what_they_know_is_not_set_back(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        found = await parked(one)
        await one.accept(found)
        await one.settled(2)
        assert await one.states(found) == ["parked", "delivered"], "what is parked holds nothing up"
        (letter,) = await one.parked.letters()
        assert letter.overtaken
        done = await one.parked.replay()
        assert (done.waiting, done.overtaken) == (0, 1)
        assert (await one.rows())[0][2:] == ("withheld", 1, 400, "overtaken")
        assert one.hospital.taken(found) == ["accepted"]

    run(servers, test)


def test_one_under_way_meanwhile_is_not_followed_by_an_older_one(servers: Installation) -> None:
    """The later one was begun before the earlier was tried again; once it is told, the earlier has nothing to add."""

    async def test(one: Telling) -> None:
        found = await parked(one)
        carry, go = one.tellers.put, asyncio.Event()
        began = asyncio.Event()

        async def slowly(message: Put, headers: dict[str, str]) -> None:
            began.set()
            await go.wait()
            await carry(message, headers)

        await one.letterbox()
        one.tellers.put = slowly  # type: ignore[method-assign,assignment]
        await one.cease()
        one.lease = 3.0
        await one.begin()
        await one.accept(found)
        await began.wait()
        assert (await one.parked.replay()).waiting == 1
        await asyncio.sleep(0.3)
        go.set()
        await one.settled(2)
        assert await one.states(found) == ["withheld", "delivered"]
        assert (await one.rows())[0][-1] == "overtaken"
        assert [b"accepted, waiting" in body for body in await one.take()] == [True]

    run(servers, test)


def test_an_older_one_that_waits_behind_a_later_ones_backoff_goes_first(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        found = await parked(one)
        one.hospital.answer = lambda _: 503
        await one.accept(found)
        async with asyncio.timeout(20):
            while (await one.rows())[-1][5] != "not_now":  # noqa: ASYNC110 – a database is asked
                await asyncio.sleep(0.02)
        one.hospital.answer = take
        await one.parked.replay()
        await one.settled(2)
        taken = one.hospital.taken(found)
        assert taken[-2:] == ["received", "accepted"]

    run(servers, test, again=(3.0,) * 4)


def test_a_replayed_one_has_all_its_tries_again(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = lambda _: 503
        await one.begin()
        found = await one.refer(setting="ed")
        await one.settled(1)
        assert (await one.rows())[0][2:4] == ("parked", 3)
        await one.parked.replay()
        await one.settled(1)
        assert (await one.rows())[0][2:4] == ("parked", 6)
        assert len(one.hospital.taken(found)) == 6
        assert len({request.request_id for request in one.hospital.heard}) == 1, "they know it again"

    run(servers, test, again=(0.05, 0.05))


def test_only_what_is_named_is_tried_again(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = refuse
        await one.begin()
        several = [await one.refer(setting=setting) for setting in ("ed", "ed", "ward")]
        await one.command(several[2], referral.StartTriage())
        await one.settled(3)
        one.hospital.answer = take
        letters = await one.parked.letters()
        assert (await one.parked.replay(recipient="RNQ")).waiting == 0
        assert (await one.parked.replay(event_id=letters[0].event_id)).waiting == 1
        assert (await one.parked.replay(integration="hospital_discharge")).waiting == 1
        await one.settled(3)
        assert [letter.event_id for letter in await one.parked.letters()] == [letters[1].event_id]
        await one.parked.replay(integration="emergency_department", recipient=TRUST)
        await one.settled(3)
        assert await one.parked.letters() == []

    run(servers, test)


def test_one_ics_tries_nothing_of_another_again(servers: Installation) -> None:
    async def inside() -> None:
        async with telling(servers, "QZT", "QZU") as (one, other):
            await parked(one)
            await parked(other)
            await one.parked.replay()
            await one.settled(1)
            assert len(one.hospital.heard) == 1
            assert other.hospital.heard == []
            assert len(await other.parked.letters()) == 1

    asyncio.run(inside())


def test_a_closed_referral_is_told_once_its_end_can_be(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        found = await parked(one, 2)
        one.hospital.answer = refuse
        await one.command(found, CloseReferral(referral_id=found, reason="time_limit"))
        await one.settled(3)
        one.hospital.answer = take
        one.hospital.heard.clear()
        await one.parked.replay()
        await one.settled(3)
        assert one.hospital.taken(found) == ["received", "accepted", "closed"]

    run(servers, test)
