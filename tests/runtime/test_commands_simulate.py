"""Invented cases are nobody's, are the same for the same seed, and stop at every stage of the road."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice

import pytest

from commonweal.domain import values
from commonweal.domain.message import Refused
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.domain.workforce import link_worker
from commonweal.kernel.handle import handle
from commonweal.runtime.ground import EXAMPLES
from commonweal.runtime.installation import Installation
from commonweal.runtime.simulate.case import DAYS, Case, invent
from commonweal.runtime.simulate.desks import Desks
from commonweal.runtime.simulate.invented import nhs_numbers
from commonweal.runtime.simulate.play import Tally, deal, play
from commonweal.runtime.simulate.setting import Practice, Setting
from tenants import ics_file
from tenants.store import Tenant
from tests.tenant import about, provisioned

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
SETTING = Setting(
    "QPM", (Practice("U35821/burton", "U35821"), Practice("K83001", "U96568")), (("RNS", "acute"), ("RP1", "mental_health")), NOW
)  # fmt: skip
CODE = "QZS"


def cases(number: int, seed: int = 1) -> list[Case]:
    return [invent(SETTING, seed, n, nhs) for n, nhs in enumerate(islice(nhs_numbers(seed), number), start=1)]


def test_every_nhs_number_is_valid_never_issued_and_used_once() -> None:
    numbers = [number for seed in (0, 1, 2, 999) for number in islice(nhs_numbers(seed), 10_000)]
    assert len(set(numbers)) == len(numbers)
    assert all(values.nhs_number(number) == number and values.is_synthetic(number) for number in numbers)


def test_the_same_seed_invents_the_same_cases() -> None:
    assert cases(50) == cases(50)
    assert cases(50) == cases(80)[:50]
    assert not {case.referral_id for case in cases(50)} & {case.referral_id for case in cases(50, seed=2)}


def test_cases_stand_at_every_stage_and_three_in_four_decided_are_accepted() -> None:
    stages = Counter(case.stage for case in cases(1_000))
    ended = {"rejected", "redirected", "declined"}
    accepted = {"waiting", "allocated", "engaged", "in support", "closed"}
    assert set(stages) == {"received", "in triage", *accepted, *ended}
    share = sum(stages[stage] for stage in accepted) / sum(stages[stage] for stage in accepted | ended)
    assert 0.7 < share < 0.8


def test_nothing_in_a_case_lies_ahead_of_now_or_further_back_than_cases_go() -> None:
    for case in cases(300):
        times = [step.at for step in case.steps("amber")]
        assert times == sorted(times)
        assert max(times) <= NOW
        assert (NOW - min(times)).days <= DAYS


def test_a_trust_refers_under_its_own_code_and_mostly_may_be_told() -> None:
    told = asked = 0
    for case in cases(500):
        steps = {step.name: step.command for step in case.before}
        received = steps["receive"]
        assert isinstance(received, ReceiveReferral)
        if received.source_org in ("RNS", "RP1"):
            asked += 1
            told += "consent share_referrer" in steps
    assert asked > 80
    assert 0.6 < told / asked < 1


def test_invented_people_have_every_kind_of_detail() -> None:
    people = [step.command for case in cases(200) for step in case.before if step.name == "register"]
    assert all(isinstance(each, RegisterPerson) and each.postcode and each.phone for each in people)
    assert len({each.language for each in people if isinstance(each, RegisterPerson)}) > 4
    assert any(each.nhs_number is None for each in people if isinstance(each, RegisterPerson))


def test_a_desk_is_never_filled_over_its_limit() -> None:
    engaged = link_worker.LinkWorkerEngaged(
        display_name="Amber", employer="GB-CHC-0000001", pcns=("U35821",), fte_percent=50, caseload_limit=20, engaged_on=NOW.date()
    )  # fmt: skip
    desks = Desks.of({"amber": link_worker.evolve(link_worker.INITIAL, engaged)}, set(), 20)
    taken = [desks.take("U35821", 2, NOW.date()) for _ in range(12)]
    assert taken.count("amber") == 3  # half of 20, less 4 that pass through
    assert taken.count("invented-u35821-0001") == 8
    assert list(desks.engaged) == ["invented-u35821-0001", "invented-u35821-0002"]


async def _onboarded(tenant: Tenant) -> None:
    """Configured as the example is; with one link worker, who has little room."""
    ics = ics_file.read(EXAMPLES / "northamptonshire.toml")
    command = ics.configuration(NOW.date())
    await handle(tenant.streams, CODE, command, about())
    engage = link_worker.EngageLinkWorker(
        display_name="Amber Example", employer="GB-CHC-0000001", pcns=("U35821",), caseload_limit=8, engaged_on=NOW.date()
    )  # fmt: skip
    await handle(tenant.streams, "amber", engage, about())


@pytest.fixture
def played(servers: Installation) -> Callable[..., list[tuple[Tally, int, int]]]:
    """Plays (cases, seed) one after another: what each came to, how many link workers it engaged, the log's head after it."""

    def run(*plays: tuple[int, int]) -> list[tuple[Tally, int, int]]:
        async def main() -> list[tuple[Tally, int, int]]:
            found = []
            async with provisioned(servers, CODE) as tenant:
                await _onboarded(tenant)
                for referrals, seed in plays:
                    dealt = await deal(tenant, referrals, seed, datetime.now(UTC))
                    tally = await play(tenant, dealt, 32, lambda: None)
                    found.append((tally, len(dealt.engaging), await tenant.log.head()))
            return found

        return asyncio.run(main())

    return run


def test_the_same_seed_played_twice_adds_nothing(played: Callable[..., list[tuple[Tally, int, int]]]) -> None:
    (first, engaged, head), (second, engaged_again, head_again) = played((80, 1), (80, 1))
    assert not first.refused
    assert not second.refused
    assert first.stages == second.stages
    assert first.stages.total() == 80
    assert engaged > 0
    assert engaged_again == 0
    assert first.events > 400
    assert second.events == 0
    assert second.repeated > 300
    assert head == head_again


def test_another_seed_and_a_longer_play_only_add(played: Callable[..., list[tuple[Tally, int, int]]]) -> None:
    (_, _, _), (other, _, middle), (longer, _, _), (again, _, after) = played((30, 1), (30, 2), (50, 1), (50, 1))
    assert not other.refused
    assert not longer.refused
    assert other.stages.total() == 30
    assert longer.stages.total() == 50
    assert longer.repeated > 100
    assert again.events == 0
    assert after > middle


def test_a_refusal_is_counted_and_ends_its_case_alone(servers: Installation) -> None:
    async def main() -> Tally:
        async with provisioned(servers, CODE) as tenant:
            await _onboarded(tenant)
            dealt = await deal(tenant, 30, 1, datetime.now(UTC))
            case = next(case for case, worker in dealt.cases if worker is not None)
            register = case.before[0].command
            assert isinstance(register, RegisterPerson)
            await handle(tenant.streams, "someone-else", register, about())  # has that case's NHS number already
            return await play(tenant, dealt, 8, lambda: None)

    tally = asyncio.run(main())
    assert tally.refused == {("RegisterPerson", "this nhs number is already held by another record"): 1}
    assert tally.stages.total() == 29


def test_an_ics_without_practices_is_told_so(servers: Installation) -> None:
    async def main() -> None:
        async with provisioned(servers, CODE) as tenant:
            await deal(tenant, 1, 1, NOW)

    with pytest.raises(Refused, match="QZS has no practice in any PCN"):
        asyncio.run(main())
