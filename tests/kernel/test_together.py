"""Handling together: each story is written whole or not at all, on what is true when it is written, and none suffers for another."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from commonweal.domain.message import Refused
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import receive, referral
from commonweal.domain.workforce import allocation
from commonweal.kernel import trace
from commonweal.kernel.handle import handle
from commonweal.kernel.together import Together, Wish
from tenants.store import Tenant
from tests.kernel.scene import DAY, Open, engaged, new, types
from tests.tenant import about

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def wish(identity: str, command: object, **known: Any) -> Wish:
    return Wish(identity, command, about(**known))


def registered(who: str, **known: Any) -> Wish:
    return wish(who, person.RegisterPerson(**{"name": "Canary Finch", "nhs_number_status": "07", "on": DAY, **known}))


def agreed(who: str, scope: str = "contact") -> Wish:
    return wish(who, consent.GiveConsent(scope=scope, method="verbal", wording_version="1", given_on=DAY))


def received(case: str, who: str) -> Wish:
    command = receive.ReceiveReferral(
        person_id=who, source="01", source_org="K83001", source_reference=case, setting="gp", reasons=("loneliness",),
        referrer_role="gp", received_at=NOW, narrative="canary words",
    )  # fmt: skip
    return wish(case, command)


def numbered(who: str, nhs_number: str) -> Wish:
    return wish(who, person.TraceNHSNumber(nhs_number=nhs_number))


def case_of(who: str, case: str, worker: str | None = None) -> list[Wish]:
    """A whole case, up to a link worker where one is named."""
    story = [registered(who), agreed(who), received(case, who), wish(case, referral.AcceptReferral())]
    if worker is not None:
        command = allocation.AllocateLinkWorker(referral_id=case, worker_id=worker, weight=1, reason="capacity")
        story.append(wish(case, command))
    return story


async def told(tenant: Tenant, *stories: Iterable[Wish], new: Iterable[str] = ()) -> list[bool]:
    return await Together(tenant.streams).carry_out([list(story) for story in stories], set(new))


Meanwhile = Callable[[], Coroutine[Any, Any, object]]


def while_keys_are_made(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, happens: Meanwhile) -> None:
    """Something happens once, between the first decision of a lot and its writing."""
    make_all, left = tenant.streams.vault.make_all, [happens]

    async def interrupted(names: Iterable[str]) -> None:
        await make_all(names)
        while left:
            await left.pop()()

    monkeypatch.setattr(type(tenant.streams.vault), "make_all", lambda _, names: interrupted(names))


async def test_a_story_comes_to_what_its_commands_come_to_one_by_one(open_tenant: Open) -> None:
    tenant, worker = open_tenant(), await engaged(open_tenant())
    (who, case), (other, other_case) = (new(), new()), (new(), new())
    story = case_of(who, case, worker)
    assert await told(tenant, story) == [True]
    for each in case_of(other, other_case, worker):
        await handle(tenant.streams, each.identity, each.command, each.about)
    assert await types(tenant, f"referral-{case}") == await types(tenant, f"referral-{other_case}")
    assert await types(tenant, f"person-{who}") == await types(tenant, f"person-{other}")
    recorded = await tenant.log.stream(f"referral-{case}")
    assert [each.version for each in recorded] == list(range(1, len(recorded) + 1))
    assert [each.command_id for each in recorded][-1] == story[-1].about.command_id
    assert {each.actor for each in recorded} == {"user-wren"}
    assert (await open_tenant().streams.get("referral", case)).state.worker_id == worker


async def test_a_refused_story_leaves_nothing_and_the_others_go_on(tenant: Tenant) -> None:
    ids = [new() for _ in range(6)]
    stories = [case_of(who, case) for who, case in zip(ids[::2], ids[1::2], strict=True)]
    del stories[1][1]  # nobody was asked whether they agree to be contacted
    assert await told(tenant, *stories) == [True, False, True]
    assert await types(tenant, f"person-{ids[2]}") == []
    assert (await tenant.streams.get("person", ids[2])).version == 0
    assert await types(tenant, f"referral-{ids[5]}")


async def test_a_story_goes_on_from_those_before_it(tenant: Tenant) -> None:
    """A link worker with one place: the second case has no room, the third is told after the first has ended."""
    worker = await engaged(tenant, limit=1)
    ids = [new() for _ in range(6)]
    stories = [case_of(who, case, worker) for who, case in zip(ids[::2], ids[1::2], strict=True)]
    ended = [wish(ids[1], allocation.CloseReferral(referral_id=ids[1], reason="moved_area", on=DAY))]
    assert await told(tenant, stories[0], stories[1], ended, stories[2]) == [True, False, True, True]
    assert (await tenant.streams.committed("link_worker", worker)).state.held == {ids[5]: 1}


async def test_a_record_that_moves_on_in_this_process_meanwhile_is_decided_anew(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, case = new(), new()
    assert await told(tenant, [registered(who), agreed(who)]) == [True]
    more = agreed(who, "share_gp")
    while_keys_are_made(tenant, monkeypatch, lambda: handle(tenant.streams, who, more.command, more.about))
    assert await told(tenant, [registered(new()), received(case, who)]) == [True]
    assert await types(tenant, f"consent-{who}") == ["ConsentGiven", "ConsentGiven"]


async def test_what_is_not_true_any_more_is_not_written(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    who, case, other = new(), new(), new()
    assert await told(tenant, [registered(who), agreed(who)]) == [True]
    no = consent.WithdrawConsent(scope="contact", withdrawn_on=DAY)
    while_keys_are_made(tenant, monkeypatch, lambda: handle(tenant.streams, who, no, about()))
    assert await told(tenant, [registered(other), received(case, who)], [registered(new())]) == [False, True]
    assert await types(tenant, f"person-{other}") == await types(tenant, f"referral-{case}") == []


async def test_what_another_process_wrote_stands_and_the_next_try_knows_it(open_tenant: Open) -> None:
    tenant, elsewhere, who, case = open_tenant(), open_tenant(), new(), new()
    assert await told(tenant, [registered(who), agreed(who)]) == [True]
    no = consent.WithdrawConsent(scope="contact", withdrawn_on=DAY)
    await handle(elsewhere.streams, who, no, about())
    assert await told(tenant, [received(case, who)], [registered(new())]) == [False, True]
    assert await types(tenant, f"referral-{case}") == []
    again = received(case, who)
    with pytest.raises(Refused):
        await handle(tenant.streams, again.identity, again.command, again.about)


async def test_a_record_taken_for_new_that_is_not_is_left_as_it_is(open_tenant: Open) -> None:
    tenant, who = open_tenant(), new()
    first = registered(who)
    await handle(open_tenant().streams, who, first.command, first.about)
    assert await told(tenant, [registered(who, name="Somebody Else")], new=[who]) == [False]
    assert (await tenant.streams.get("person", who)).version == 1
    assert await types(tenant, f"person-{who}") == ["PersonRegistered"]


async def test_two_processes_that_tell_the_same_have_told_it_once(open_tenant: Open) -> None:
    ids = [new() for _ in range(20)]
    stories = [case_of(who, case) for who, case in zip(ids[::2], ids[1::2], strict=True)]
    both = await asyncio.gather(*(told(open_tenant(), *stories, new=ids) for _ in range(2)))
    assert [sum(each) for each in zip(*both, strict=True)] == [1] * len(stories)
    tenant = open_tenant()
    for who in ids[::2]:
        assert await types(tenant, f"person-{who}") == ["PersonRegistered"]


async def test_a_command_that_was_carried_out_before_is_not_told_again(tenant: Tenant) -> None:
    who = new()
    first = registered(who)
    await handle(tenant.streams, who, first.command, first.about)
    again = wish(who, person.CorrectPersonDetails(address="1 Low Road", on=DAY), command_id=first.about.command_id)
    assert await told(tenant, [again], [registered(new())]) == [False, True]
    assert await types(tenant, f"person-{who}") == ["PersonRegistered"]


async def test_a_story_in_which_all_is_true_already_is_carried_out_and_writes_nothing(tenant: Tenant) -> None:
    who = new()
    assert await told(tenant, [registered(who), agreed(who)]) == [True]
    head = await tenant.log.head()
    assert await told(tenant, [agreed(who)]) == [True]
    assert await tenant.log.head() == head


async def test_nothing_is_added_to_somebody_erased_nor_to_what_would_follow_from_it(open_tenant: Open) -> None:
    tenant, who, case, other = open_tenant(), new(), new(), new()
    assert await told(tenant, [registered(who), agreed(who)]) == [True]
    await open_tenant().streams.vault.destroy(who, "asked to be forgotten")
    tenant.streams.vault._kept.clear()  # a key is kept for half a minute
    accepted = [wish(case, referral.AcceptReferral())]
    assert await told(tenant, [received(case, who)], accepted, [registered(other)]) == [False, False, True]
    assert await types(tenant, f"referral-{case}") == []


async def test_a_text_that_cannot_be_kept_keeps_its_own_story_out(tenant: Tenant) -> None:
    who, case, other = new(), new(), new()
    broken = [registered(who, name="Canary \ud800"), agreed(who)]
    assert await told(tenant, broken, [received(case, who)], [registered(other)]) == [False, False, True]
    assert await types(tenant, f"person-{who}") == await types(tenant, f"consent-{who}") == []


async def test_of_two_who_want_one_key_the_first_has_it(tenant: Tenant) -> None:
    first, second, third = new(), new(), new()
    number = {"nhs_number": "9434765870", "nhs_number_status": "01"}
    stories = [registered(first, **number)], [registered(second, **number)], [registered(third)]
    assert await told(tenant, *stories) == [True, False, True]
    assert await tenant.log.holder("nhs_number", "9434765870") == f"person-{first}"
    assert (await tenant.streams.get("person", second)).version == 0


async def test_a_key_is_held_as_at_the_end_of_a_story(tenant: Tenant) -> None:
    """There and back again is no change, whichever way round."""
    one, two = "9434765838", "9000000009"
    kept, given_back = new(), new()
    known = registered(kept, nhs_number=one, nhs_number_status="01")
    assert await told(tenant, [known], [registered(given_back)]) == [True, True]
    there_and_back = [numbered(kept, two), numbered(kept, one)]
    assert await told(tenant, there_and_back) == [True]
    assert await tenant.log.holders("nhs_number", [one, two]) == {one: f"person-{kept}"}
    assert await told(tenant, [numbered(given_back, two)]) == [True]


async def test_the_events_of_a_story_belong_to_the_trace_of_its_commands(tenant: Tenant) -> None:
    who, other = new(), new()
    theirs = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert await told(tenant, [registered(who), wish(who, agreed(who).command, traceparent=theirs)]) == [True]
    recorded = [*await tenant.log.stream(f"person-{who}"), *await tenant.log.stream(f"consent-{who}")]
    assert [each.traceparent for each in recorded] == [None, theirs]
    here = "00-11111111111111111111111111111111-2222222222222222-01"
    with trace.attached(here):
        assert await told(tenant, [registered(other)]) == [True]
    assert [each.traceparent for each in await tenant.log.stream(f"person-{other}")] == [here]
