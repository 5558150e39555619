"""The waiting list holds exactly those who wait for a link worker, now and at every position before."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import allocation
from commonweal.kernel.decider import DECIDERS
from commonweal.runtime.installation import Installation
from projections import waiting_list
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import Scene, scene
from tests.story import RECEIVED, agreed, allocated, configured, engaged, referred, registered

TURNS = """
with shown as (
    select referral_id, urgency, waiting_since, from_position, null::bigint as to_position, waiting from waiting_list_v2_referral
    union all
    select referral_id, urgency, waiting_since, from_position, to_position, waiting from waiting_list_v2_referral_past
)
select referral_id from shown
where waiting and from_position <= %(at)s and (to_position is null or to_position > %(at)s)
order by urgency, waiting_since, referral_id
"""


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Somebody in every place a referral can come to."""
    with scene(servers, waiting_list.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            made.do(ods, configured(ods, name), ods=ods)
            made.do("amber", engaged(f"{name} Amber"), ods=ods)
            _people(made, ods, name)
        made.catch_up()
        yield made


def _people(made: Scene, ods: str, name: str) -> None:
    ways: dict[str, list[Any]] = {
        "new": [],
        "first": [referral.AcceptReferral()],
        "second": [referral.AcceptReferral()],
        "urgent": [referral.AcceptReferral()],
        "soonest": [referral.AcceptReferral()],
        "taken": [referral.AcceptReferral(), allocated("taken", "amber")],
        "back": [
            referral.AcceptReferral(),
            allocated("back", "amber"),
            allocation.DeallocateLinkWorker(referral_id="back", reason="absence"),
        ],
        "rejected": [referral.RejectReferral(reason="02", feedback=f"{name} words")],
        "closed": [referral.AcceptReferral(), allocation.CloseReferral(referral_id="closed", reason="moved_area")],
        "wrong": [referral.AcceptReferral(), allocation.RetractReferral(referral_id="wrong", reason="wrong_person")],
    }
    for number, (each, commands) in enumerate(ways.items()):
        who, urgent = f"p-{each}", {"urgent": "2", "soonest": "3"}
        made.do(who, registered(f"{name} Finch {number}", postcode="NN1 1AA", language="so"), agreed(), ods=ods)
        priority = urgent.get(each, "1")
        made.do(each, referred(who, f"x-{each}", priority=priority, practice="K83001"), ods=ods)
        for command in commands:
            made.do(each, command, ods=ods, occurred_at=RECEIVED + timedelta(days=1, hours=number))


def head(story: Scene, ods: str = "QPM") -> int:
    return story.run(story.tenants[ods].log.head())


def turns(story: Scene, at: int, ods: str = "QPM") -> list[str]:
    async def read() -> list[str]:
        async with story.tenants[ods].pool.borrow() as connection:
            rows = await (await connection.execute(TURNS.encode(), {"at": at})).fetchall()
            return [row[0] for row in rows]

    return story.run(read())


def test_they_stand_in_line_by_urgency_and_then_by_how_long_they_wait(story: Scene) -> None:
    assert turns(story, head(story)) == ["soonest", "urgent", "first", "second", "back"]


def test_at_every_position_the_line_holds_exactly_those_whose_referral_waited(story: Scene) -> None:
    streams = story.tenants["QPM"].streams
    facts = story.run(streams.understand(story.run(streams.log.after(0, 10_000))))
    decider = DECIDERS["referral"]
    states: dict[str, Any] = {}
    seen = set()
    for fact in facts:
        if fact.stream_id.startswith("referral-"):
            states[fact.identity] = decider.evolve(states.get(fact.identity, decider.initial), fact.event)
        waiting = {each for each, state in states.items() if state.phase == "waiting"}
        assert set(turns(story, fact.position)) == waiting, fact.position
        seen |= waiting
    assert seen == {"first", "second", "urgent", "soonest", "taken", "back", "closed", "wrong"}


def test_whoever_came_back_is_told_from_whoever_never_had_a_link_worker(story: Scene) -> None:
    back, first = story.row("referral", "back"), story.row("referral", "first")
    assert (back["returned"], back["return_reason"]) == (True, "absence")
    assert (first["returned"], first["return_reason"]) == (False, None)
    assert first["waiting_since"] == RECEIVED + timedelta(days=1, hours=1)
    taken = story.row("referral", "taken")
    assert (taken["waiting"], taken["waiting_since"]) == (False, None)


def test_a_referral_retracted_in_error_leaves_its_past_alone(story: Scene) -> None:
    rows = story.rows()
    assert "wrong" not in {row[0] for row in rows["waiting_list_v2_referral"]}
    assert "wrong" in {row[0] for row in rows["waiting_list_v2_referral_past"]}


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch)


def test_an_erased_person_is_erased_at_every_position_and_goes_on_waiting(story: Scene) -> None:
    before, known = head(story), story.row("person", "p-second")
    assert None not in known.values() or known["date_of_birth"] is None
    assert known["name"] == "Nene Finch 2"
    story.do("p-second", person.ErasePerson(basis="request_upheld"))
    story.run(story.tenants["QPM"].streams.vault.destroy("p-second", "request_upheld"))
    story.catch_up()
    assert story.row("person", "p-second") == {**dict.fromkeys(known), "person_id": "p-second", "erased": True}
    assert "second" in turns(story, before)
    assert "Finch 2" not in str(story.rows()), "also not in what was"
    assert story.row("person", "p-second", "QMF")["name"] == "Ptarmigan Finch 2"


def test_no_personal_column_stands_in_a_table_that_keeps_its_past(story: Scene) -> None:
    columns = set(story.row("referral", "first"))
    assert columns.isdisjoint({"name", "nhs_number", "date_of_birth", "postcode", "address"})


def test_nothing_of_the_other_ics_is_in_the_room(story: Scene) -> None:
    nothing_crossed(story)
