"""The past is brought in by the same commands: backdated, marked, once, and nothing follows from it by itself."""

import asyncio
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner, Result
from nats.aio.client import Client

from commonweal.domain.message import COMMANDS, Refused
from commonweal.domain.people.consent import RefuseConsent
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import link_worker
from commonweal.intake import history
from commonweal.intake.history import Brought, Lots, Past, described, read
from commonweal.intake.history.acts import acts, person_of
from commonweal.intake.history.happened import HAPPENED
from commonweal.integrations.delivery import Integration
from commonweal.integrations.delivery.collect import Collector
from commonweal.integrations.delivery.outbox import Outbox
from commonweal.kernel.handle import handle
from commonweal.kernel.log import Recorded
from commonweal.kernel.react import Reactor
from commonweal.kernel.streams import Fact, Streams
from commonweal.runtime import cli_intake
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import open_store
from commonweal.runtime.simulate.past import invented_past
from tests.intake.hospital_scene import Scene, names, scene
from tests.intake.referrer_scene import told
from tests.stage import play
from tests.tenant import about

FILE = Path(__file__).parent / "history" / "past.jsonl"
LINES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
ENDED, OPEN = LINES[2], LINES[3]


def line(of: dict[str, Any], **changed: Any) -> Any:
    return read(json.dumps({**of, **changed}).encode())


async def brought(on: Scene, *lines: dict[str, Any]) -> list[Brought]:
    past = Past(on.here.streams)
    return [await past.bring(line(each)) for each in lines]


CASE = [
    "PersonRegistered", "ConsentGiven", "ReferralReceived", "TriageStarted", "ReferralAccepted", "PlacedOnWaitingList",
    "LinkWorkerAllocated", "CaseTaken", "ContactHeld", "FirstContactMade", "NoteSigned", "PlanStarted", "WhatMattersRecorded",
    "GoalAgreed", "ActionAdded", "PlanReviewScheduled", "PlanAgreedByPerson", "PlanActivated", "SupportStarted",
    "GoalProgressRated", "ReferralClosed", "CaseReleased",
]  # fmt: skip


def test_a_case_is_told_again_at_its_own_times_and_marked(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        assert {each.result for each in await brought(on, *LINES[:3])} == {"brought"}
        facts = [fact for fact in await told(on) if type(fact.event).__name__ != "LinkWorkerEngaged"]
        assert sorted(names(facts)) == sorted(CASE)
        assert {(fact.channel, fact.actor) for fact in facts} == {("import", "import:older")}
        closed = next(fact for fact in facts if isinstance(fact.event, referral.ReferralClosed))
        assert closed.at == datetime(2024, 6, 1, 14, tzinfo=UTC)
        assert closed.recorded_at > datetime(2026, 1, 1, tzinfo=UTC), "recorded now, as it is known now"
        note = next(fact.event for fact in facts if type(fact.event).__name__ == "NoteSigned")
        held = next(fact for fact in facts if type(fact.event).__name__ == "ContactHeld")
        assert note.contact_id == held.identity

    play(scene(servers), story)


def test_the_same_lines_again_change_nothing(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await brought(on, *LINES)
        before = names(await told(on))
        assert {each.result for each in await brought(on, *LINES)} == {"had already"}
        assert names(await told(on)) == before

    play(scene(servers), story)


def test_what_was_cut_off_half_way_is_finished(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await brought(on, *LINES[:2])
        await brought(on, {**ENDED, "happened": ENDED["happened"][:5]})
        assert (await brought(on, ENDED))[0].result == "brought"
        facts = await told(on)
        assert sorted(names(facts)[2:]) == sorted(CASE)

    play(scene(servers), story)


def test_a_lot_that_was_cut_off_half_way_is_finished(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await brought(on, LINES[1], {**ENDED, "happened": ENDED["happened"][:5]})
        lot = [line(each) for each in LINES]
        results = [each.result for each in await Lots(Past(on.here.streams)).bring(lot)]
        assert results == ["brought", "had already", "brought", "brought"]
        facts = await told(on)
        here = {fact.stream_id for fact in facts if fact.actor == "import:older"}
        again = await Lots(Past(on.here.streams)).bring(lot)
        assert {each.result for each in again} == {"had already"}
        assert [fact.event_id for fact in await told(on)] == [fact.event_id for fact in facts]
        assert {fact.stream_id for fact in facts} == here

    play(scene(servers), story)


def test_a_lot_comes_to_what_its_lines_come_to_one_by_one(servers: Installation) -> None:
    async def alone(on: Scene) -> None:
        await brought(on, *LINES)
        one_by_one.extend(await told(on))

    async def together(on: Scene) -> None:
        results = await Lots(Past(on.here.streams)).bring([line(each) for each in LINES])
        assert {each.result for each in results} == {"brought"}
        in_a_lot.extend(await told(on))

    one_by_one: list[Fact] = []
    in_a_lot: list[Fact] = []
    play(scene(servers), alone)
    play(scene(servers), together)

    def seen(facts: list[Fact]) -> set[Any]:
        return {(each.stream_id, each.version, each.event, each.command_id, each.at, each.channel) for each in facts}

    assert seen(in_a_lot) == seen(one_by_one)


def test_two_imports_at_once_bring_each_line_once(servers: Installation) -> None:
    lines = [line(each) for each in invented_past(40)]

    async def story(on: Scene) -> None:
        elsewhere = open_store(servers, "test")
        try:
            both = [on.here, await elsewhere.tenant(on.here.ods)]
            await asyncio.gather(*(Lots(Past(tenant.streams)).bring(lines) for tenant in both))
        finally:
            await elsewhere.close()
        counted = Counter(names(await told(on)))
        assert counted["LinkWorkerEngaged"] == 1
        assert {counted[each] for each in ("PersonRegistered", "ReferralReceived", "CaseTaken")} == {40}

    play(scene(servers), story)


def test_two_cases_of_one_person_in_a_lot_are_of_one_person(servers: Installation) -> None:
    """The tool knew them by two ids of its own and one NHS number."""
    person = {**OPEN["person"], "nhs_number": "9434765919", "nhs_number_status": "01"}
    twice = [{**OPEN, "person": person}, {**OPEN, "id": "again", "person": {**person, "id": "P-again"}}]
    twice[1]["referral"] = {**OPEN["referral"], "source_reference": "again"}

    async def story(on: Scene) -> None:
        results = await Lots(Past(on.here.streams)).bring([line(each) for each in (*LINES[:2], *twice)])
        assert {each.result for each in results} == {"brought"}
        received = [fact.event for fact in await told(on) if isinstance(fact.event, referral.ReferralReceived)]
        assert len(received) == 2
        assert len({each.person_id for each in received}) == 1

    play(scene(servers), story)


def test_more_that_is_told_later_is_added(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await brought(on, *LINES)
        more = {"at": "2025-06-10T09:00:00Z", "step": "contact_attempted", "channel": "phone", "result": "voicemail"}
        assert (await brought(on, {**OPEN, "happened": [*OPEN["happened"], more]}))[0].result == "brought"
        assert names(await told(on))[-1] == "ContactAttempted"

    play(scene(servers), story)


def test_someone_known_here_keeps_what_is_on_record(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await on.know()
        no = RefuseConsent(scope="share_gp", refused_on=date(2026, 1, 5))
        await handle(on.here.streams, "araminta", no, about())
        yes = {**ENDED["happened"][0], "scope": "share_gp"}
        (_, _, case) = await brought(
            on, *LINES[:2], {**ENDED, "happened": [ENDED["happened"][0], yes, *ENDED["happened"][1:]]}
        )
        assert case.result == "brought"
        facts = await told(on)
        assert names(facts).count("PersonRegistered") == 1
        assert [fact.event.scope for fact in facts if type(fact.event).__name__ == "ConsentGiven"] == ["contact"]

    play(scene(servers), story)


def test_another_date_of_birth_under_a_known_number_is_refused(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await on.know()
        wrong = {**ENDED, "person": {**ENDED["person"], "date_of_birth": "1950-01-01"}}
        (case,) = await brought(on, wrong)
        assert (case.result, case.step) == ("refused", "registered")

    play(scene(servers), story)


def test_nothing_follows_from_the_past_by_itself(servers: Installation) -> None:
    """A first contact of today brings a questionnaire; one of long ago does not."""

    async def story(on: Scene) -> None:
        await brought(on, *LINES)
        before = names(await told(on))

        async def forget(_person: str, _basis: str) -> None:
            raise AssertionError("nobody is erased")

        await Reactor(on.here.streams, on.here.pool.borrow, forget).catch_up()
        assert names(await told(on)) == before

    play(scene(servers), story)


def test_a_rehearsal_finds_what_the_rules_refuse_and_writes_nothing(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        past = Past(on.here.streams)
        assert [await past.rehearse(line(each)) for each in LINES] == [None] * 4
        unheard = line(ENDED, happened=ENDED["happened"][1:])
        refused = await past.rehearse(unheard)
        assert refused is not None
        assert (refused.step, "not agreed to be contacted" in refused.sentence) == ("received", True)
        assert await told(on) == []

    play(scene(servers), story)


def test_a_link_worker_leaves_after_their_cases(servers: Installation) -> None:
    async def story(on: Scene) -> None:
        await brought(on, *LINES)
        past = Past(on.here.streams)
        assert await past.leave(line(LINES[0])) is None
        left = await past.leave(line(LINES[1]))
        assert left is not None
        assert left.result == "brought"
        assert isinstance((await told(on))[-1].event, link_worker.LinkWorkerLeft)

    play(scene(servers), story)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"id": "Araminta Testpatient"}, "$.id"),
        ({"colour": "Araminta"}, "unknown field"),
        ({"person": {"id": "P-1", "name": 7}}, "$.person.name"),
        ({"happened": [{"at": "2024-03-01T09:30:00", "step": "accepted"}]}, "$.happened[0].at"),
        ({"happened": [{"at": "2024-03-01T09:30:00Z", "step": "Araminta"}]}, "$.happened[0].step"),
        ({"happened": [{"at": "2024-03-01T09:30:00Z", "step": "closed"}]}, "$.happened[0]"),
        ({"happened": list(reversed(ENDED["happened"]))}, "not in order"),
        ({"person": {"id": "P-1", "name": "Araminta\u0000"}}, "$.person.name"),
    ],
)
def test_a_line_of_another_shape_is_refused_and_not_quoted(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as why:
        line(ENDED, **changed)
    assert sentence in str(why.value)
    assert "Araminta" not in str(why.value)


def test_everything_that_may_have_happened_is_a_command_and_is_described() -> None:
    assert {about.command for about in HAPPENED.values()} <= COMMANDS.keys()
    explained = "\n".join(described())
    assert [what for what in HAPPENED if f"case.happened {what}:" not in explained] == []


def test_ids_differ_between_ics_and_tools_and_stay_the_same() -> None:
    def ids(ods: str, tool: str) -> set[str]:
        case = line(ENDED, tool=tool)
        return {str(act.command_id) for act in acts(ods, case, person_of(ods, case))}

    assert ids("QPM", "older") == ids("QPM", "older")
    assert ids("QPM", "older").isdisjoint(ids("QMF", "older") | ids("QPM", "another"))


def test_the_example_in_the_explanation_can_be_read() -> None:
    text = history.__doc__ or ""
    example = text[text.index('{"kind": "case"') : text.index("and of a link worker")]
    assert read(example.replace("\n", " ").replace('"nhs_number": "…"', '"nhs_number": "9434765919"').encode())


async def called(on: Scene, *words: object) -> Result:
    servers = on.servers
    settings = {
        "COMMONWEAL_DATABASE_URL": servers.database_url,
        "COMMONWEAL_VAULT_URL": servers.vault_url,
        "COMMONWEAL_NATS_URL": servers.nats_url,
        "COMMONWEAL_DATA": str(servers.settings.data),
    }
    runner = CliRunner(env=settings)
    return await asyncio.to_thread(runner.invoke, cli_intake.intake, ["history", *map(str, words), "--tenant", "qzi"])


def test_a_file_is_brought_and_what_is_refused_is_reported_while_the_rest_goes_on(
    servers: Installation, tmp_path: Path
) -> None:
    wrong = {**OPEN, "id": "3", "person": {"id": "P-3", "name": "Cleo Testpatient"}, "happened": OPEN["happened"][1:]}
    file, report = tmp_path / "past.jsonl", tmp_path / "left_out.jsonl"
    file.write_text(f"{FILE.read_text(encoding='utf-8')}\n{json.dumps(wrong)}\n{json.dumps(OPEN)}\n", encoding="utf-8")

    async def story(on: Scene) -> None:
        checked = await called(on, file, "--check")
        assert (checked.exit_code, await told(on)) == (1, [])
        result = await called(on, file, "--json", "--report", report)
        assert result.exit_code == 1
        found = json.loads(result.stdout)
        assert found["results"] == {"brought": 4, "refused": 2}
        assert [(each["line"], each["id"]) for each in found["refusals"]] == [(6, "3"), (7, "2")]
        assert [json.loads(each)["line"] for each in report.read_text(encoding="utf-8").splitlines()] == [6, 7]
        assert "Testpatient" not in result.stdout + report.read_text(encoding="utf-8")
        again = await called(on, FILE)
        assert (again.exit_code, again.stdout) == (0, "4 lines: 4 had already\n")

    play(scene(servers), story)


def test_a_line_of_another_shape_stops_everything_before_it_begins(servers: Installation, tmp_path: Path) -> None:
    file = tmp_path / "past.jsonl"
    file.write_text(f"{FILE.read_text(encoding='utf-8')}\n{{}}\nnonsense\n", encoding="utf-8")

    async def story(on: Scene) -> None:
        result = await called(on, file)
        assert isinstance(result.exception, Refused)
        assert str(result.exception).startswith("nothing was done:\n")
        assert f"{file} line 6" in str(result.exception)
        assert f"{file} line 7" in str(result.exception)
        assert await told(on) == []

    play(scene(servers), story)


def test_an_invented_past_can_be_brought(servers: Installation, tmp_path: Path) -> None:
    file = tmp_path / "past.jsonl"
    file.write_text("".join(f"{json.dumps(each)}\n" for each in invented_past(30)), encoding="utf-8")

    async def story(on: Scene) -> None:
        result = await called(on, file, "--json")
        assert json.loads(result.stdout)["results"] == {"brought": 31}

    play(scene(servers), story)


def test_nobody_is_told_of_the_past(servers: Installation) -> None:
    """An integration that would tell a trust of everything is not even asked about what was brought in."""

    async def story(on: Scene) -> None:
        await brought(on, *LINES)
        await handle(
            on.here.streams, "now", RegisterPerson(name="Wren", nhs_number_status="03", on=date(2026, 1, 1)), about()
        )
        recorded = await on.here.log.after(0, 1000)

        async def everything(_streams: Streams, _recorded: Recorded) -> str | None:
            return "RZZ"

        asked = Integration(name="everything", events=frozenset(), recipient=everything, prepare=cast("Any", None))
        collector = Collector(asked, on.here.streams, cast("Outbox", None), cast("Client", None))
        told_of = [each.channel for each in recorded if await collector._recipient(each) is not None]
        assert "import" not in told_of
        assert told_of

    play(scene(servers), story)
