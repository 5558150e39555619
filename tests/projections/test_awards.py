"""Awards for everybody to read: to the penny what the officer sees of them, and nothing that was not accepted or not confirmed."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from commonweal.domain.chest import award, ballot, ballot_opening, fund, fund_priorities, fund_rounds, grant_award
from commonweal.runtime.export_awards import in_file
from commonweal.runtime.installation import Installation
from commonweal.runtime.permissions import PUBLIC
from projections import community_chest
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import ANSWERING, Grants, Scene, scene
from tests.projections.test_community_chest import (
    BARKING,
    CHARITY,
    COUNCIL,
    DAY,
    LATER,
    MORNING,
    NHS,
    OFFICER,
    applied,
    drawn,
    founded,
    offered,
)
from tests.projections.test_planner import _timeless
from tests.story import configured

DOCUMENT = (community_chest.READ_MODEL.folder / "awards.graphql").read_text("utf-8")
ANYBODY: Grants = ((PUBLIC, "tenant"),)
HALF = date(2026, 6, 1)
OTHER = "GB-CHC-1054279"
SECRET = "Wilhelmina"
"""In all that an organisation wrote of itself."""
AWARDS = """query($filter: ChestAwardFilter) { awards(filter: $filter) { totalCount edges { node {
    id fund round method organisation title summary purpose area phase startsOn endsOn awardedOn overOn tapers firstAwarded awarded paid
    votes turnout shares { funder awarded paid } tally { id organisation title votes } } } } }"""
TOTALS = """query($by: ChestAwardCut!, $filter: ChestAwardFilter) { awardTotals(by: $by, filter: $filter) { suppressed rows {
    key name awards awarded paid } } }"""


def tell(made: Scene, ods: str, name: str) -> None:
    def do(identity: str, *commands: object, at: datetime = MORNING) -> None:
        made.do(identity, *commands, ods=ods, occurred_at=at)

    wrote = f"{name} {SECRET}"
    do(ods, configured(ods, name))
    do("f1", *founded(name))
    do("g1", *applied(wrote, "loneliness", 15_000_01), *offered("g1", 15_000_01, (HALF, 10_000_00), (LATER, 5_000_01)))
    do("g1", *drawn("g1", 5_000_01))
    do("g1", grant_award.PublishAward(title=f"{name} table", summary="We eat on Fridays", by="olu"))
    do("f2", fund.FoundFund(name=f"{name} other", areas=(BARKING,), method="delegated", by="olu"))
    march = datetime(2026, 3, 31, 22, 59, tzinfo=UTC)  # still March in London
    do("g2", *applied(wrote, "food", 10_000_00), at=march)
    do("g2", *offered("g2", 10_000_00), at=march)
    do("g2", award.TerminateAward(grant_id="g2", fund_id="f1", reason="closed_down", by="olu"))
    do("g3", *applied(wrote, "low_mood", 2_000_00), offered("g3", 2_000_00)[0])
    do("g4", *applied(wrote, "low_mood", 500_00))
    do("g5", *applied(wrote, "food", 700_00), *offered("g5", 700_00)[:2])
    do("g5", award.RefuseGrant(grant_id="g5", fund_id="f1", reason="amount", by="olu"))
    do("f1", fund_priorities.SetPriority(needs=("food",), by="olu"))
    for round_id, fast_track_below in (("v1", 0), ("v2", 100_01)):
        do("f1", voted(round_id, fast_track_below))
        for grant_id, organisation in ((f"{round_id}-a", CHARITY), (f"{round_id}-b", OTHER)):
            begun, *told = applied(wrote, "food", 100_00)
            do(grant_id, replace(begun, round_id=round_id, organisation=organisation), *told[:-1])
        both = (f"{round_id}-a", f"{round_id}-b")
        do(
            round_id,
            ballot_opening.OpenBallot(fund_id="f1", round_id=round_id, grants=both, closes_on=DAY, on=DAY, by="olu"),
        )
        do(round_id, ballot.CastVote(organisation=CHARITY, token_id="t1", choices=both[1:], on=DAY))
        do(round_id, ballot.CastVote(organisation=OTHER, token_id="t2", choices=both[:1], on=DAY))
        if not fast_track_below:
            do(round_id, ballot.CountVotes(on=LATER, by="olu"))
        chosen = replace(told[-1], grant_id=both[0], known_ballots=(round_id,))
        do(both[0], chosen, *offered(both[0], 100_00)[:2])
    do("v2-a", grant_award.PublishAward(unnamed=True, by="olu"))


def voted(round_id: str, fast_track_below: int) -> fund_rounds.OpenRound:
    return fund_rounds.OpenRound(
        round_id=round_id, name=f"Votes {round_id}", method="participatory", opens_on=DAY, closes_on=LATER, least_pence=1,
        most_pence=30_000_00, fast_track_below_pence=fast_track_below, by="olu",
    )  # fmt: skip


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """One award that tapers, one that ended before a penny was paid; one offered, one recommended, one accepted and then not taken;
    and two rounds of two that were voted on, of which the votes of one were counted; what won the other needed no vote."""
    with scene(servers, community_chest.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            tell(made, ods, name)
        made.catch_up()
        yield made


def seen(story: Scene, **wanted: Any) -> dict[str, Any]:
    found = story.ask(AWARDS, ANYBODY, filter=wanted)["awards"]["edges"]
    return {edge["node"]["id"]: edge["node"] for edge in found}


def test_what_was_accepted_is_listed_whatever_became_of_it_and_nothing_else(story: Scene) -> None:
    assert list(seen(story)) == ["v2-a", "v1-a", "g1", "g2"]
    assert [
        story.ask("query($id: ID!) { award(id: $id) { id } }", ANYBODY, id=each)["award"] for each in ("g3", "g4", "g5")
    ] == [None] * 3


def test_an_award_says_whose_money_it_is_and_what_was_paid_to_the_penny(story: Scene) -> None:
    found = seen(story)["g1"]
    assert {
        name: found[name] for name in ("fund", "round", "organisation", "phase", "area", "awardedOn", "tapers")
    } == {
        "fund": "Nene chest",
        "round": "Nene round",
        "organisation": CHARITY,
        "phase": "ACTIVE",
        "area": BARKING,
        "awardedOn": DAY.isoformat(),
        "tapers": True,
    }
    officers = story.ask('{ grant(id: "g1") { awarded paid } }', OFFICER)["grant"]
    assert officers == {"awarded": 15_000_01, "paid": 5_000_01} == {name: found[name] for name in officers}
    assert [each["funder"] for each in found["shares"]] == sorted((NHS, COUNCIL))
    for name in officers:
        assert sum(each[name] for each in found["shares"]) == found[name]


def test_an_award_that_ended_before_a_penny_was_paid_says_what_it_was(story: Scene) -> None:
    found = seen(story)["g2"]
    assert (found["phase"], found["firstAwarded"], found["awarded"], found["paid"]) == ("TERMINATED", 10_000_00, 0, 0)
    assert found["overOn"] == DAY.isoformat()


def test_no_word_of_an_organisation_is_published_until_somebody_confirmed_it(story: Scene) -> None:
    assert (seen(story)["g1"]["title"], seen(story)["g1"]["summary"]) == ("Nene table", "We eat on Fridays")
    assert (seen(story)["g2"]["title"], seen(story)["g2"]["summary"]) == (None, None)
    document = re.sub(r"tally \{[^}]*\}", "", AWARDS)
    assert SECRET not in str(story.ask(document, ANYBODY))
    assert SECRET in str(story.ask("{ grants { edges { node { title } } } }", OFFICER))


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"fund": "f1"}, {"g1", "g2", "v1-a", "v2-a"}),
        ({"fund": "f2"}, set()),
        ({"need": "food", "year": 2025}, {"g2"}),
        ({"need": "food"}, {"g2", "v1-a", "v2-a"}),
        ({"area": BARKING, "need": "loneliness"}, {"g1"}),
        ({"year": 2026}, {"g1", "v1-a", "v2-a"}),
        ({"year": 2025}, {"g2"}),
    ],
)
def test_awards_are_found_by_fund_need_place_and_year(story: Scene, wanted: dict[str, Any], ids: set[str]) -> None:
    assert set(seen(story, **wanted)) == ids
    for by in ("FUND", "YEAR", "NEED", "AREA"):
        rows = story.ask(TOTALS, ANYBODY, by=by, filter=wanted)["awardTotals"]["rows"]
        assert sum(each["awards"] for each in rows) == len(ids)
        for name in ("awarded", "paid"):
            assert sum(each[name] for each in rows) == sum(each[name] for each in seen(story, **wanted).values())


def test_totals_come_to_what_the_funds_have_awarded(story: Scene) -> None:
    by_year = story.ask(TOTALS, ANYBODY, by="YEAR")["awardTotals"]
    assert [(each["key"], each["awarded"]) for each in by_year["rows"]] == [("2025", 0), ("2026", 15_200_01)]
    assert by_year["suppressed"] == 0
    (fund,) = story.ask(TOTALS, ANYBODY, by="FUND")["awardTotals"]["rows"]
    assert (fund["key"], fund["name"]) == ("f1", "Nene chest")


def test_votes_are_told_of_awards_once_they_were_counted(story: Scene) -> None:
    counted, counting = seen(story)["v1-a"], seen(story)["v2-a"]
    assert (counted["method"], counted["votes"], counted["turnout"]) == ("participatory", 1, 2)
    told = {"id": "v1-a", "organisation": CHARITY, "title": None, "votes": 1}
    assert counted["tally"] == [told], "nobody is told how many voted for what was not awarded"
    assert (counting["votes"], counting["turnout"], counting["tally"]) == (None, None, [])


def test_who_sees_part_of_an_ics_sees_what_everybody_may(story: Scene) -> None:
    assert story.ask("{ awards { totalCount } }", (("link_worker", "link_worker:amira"),))["awards"]["totalCount"] == 4
    _, errors = story.answer("{ awards { totalCount } }", (("person", "person:ada"),))
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


@pytest.mark.parametrize(
    ("operation", "variables"),
    [
        ("Awards", {"first": 25, "filter": {"year": 2026}}),
        ("Award", {"id": "g1"}),
        ("Export", {"filter": {"named": True}}),
        ("InFile", {"named": {"named": True}, "unnamed": {"named": False}}),
    ],
)
def test_what_is_asked_for_a_page_or_a_file_is_one_statement_with_the_same_bytes(
    story: Scene, operation: str, variables: dict[str, Any]
) -> None:
    async def ask() -> None:
        asker = story.asker(ANYBODY)
        prepared = ANSWERING.prepare(DOCUMENT, operation)
        planned = ANSWERING.plan(asker, prepared, variables)
        assert planned is not None, "graphql-core would have to answer"
        ours = await ANSWERING.run(asker, planned)
        assert len(story.statements) == 1
        assert _timeless(ours) == _timeless(await ANSWERING.interpret(asker, prepared, variables))

    story.run(ask())


def test_who_would_be_at_risk_is_not_named_though_the_money_is_counted(story: Scene) -> None:
    found = seen(story)["v2-a"]
    assert (found["organisation"], found["title"], found["awarded"]) == (None, None, 100_00)
    assert "v2-a" not in seen(story, named=True)
    assert "g1" in seen(story, named=True)


def test_what_is_in_no_file_is_counted_and_said(story: Scene) -> None:
    async def ask(_asker: Any, document: str, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(
            await ANSWERING.answer(story.asker(ANYBODY), document, operation, variables)
        )["data"]
        return found

    found = story.run(in_file(ask, story.asker(ANYBODY), {"fund": "f1"}))
    assert (found.named, found.unnamed) == (3, 1)
    assert found.left_out == "3 of 4 awards in the file: 1 left out, as it is not told who has it"
    none = story.run(in_file(ask, story.asker(ANYBODY), {"need": "loneliness"}))
    assert (none.named, none.unnamed, none.left_out) == (1, 0, "")


def test_however_its_events_came_the_rows_are_the_same_and_of_one_ics(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_crossed(story)
    empty = (
        "assessment capacity conflict connection effect evidence measure place "
        "plan referral report round_past service unmet"
    )
    same_rows(story, monkeypatch, empty=tuple(f"community_chest_v1_{each}" for each in empty.split()))
