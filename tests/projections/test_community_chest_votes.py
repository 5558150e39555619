"""A round that is decided by vote: its ballot is known, what the votes came to is published, and who voted is nowhere."""

from collections.abc import Iterator

import pytest

from commonweal.domain.chest import apply, assess, ballot, ballot_opening, fund, fund_rounds, grant_application
from commonweal.runtime.installation import Installation
from projections import community_chest
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import Scene, scene
from tests.projections.test_community_chest import BARKING, CHARITY, COUNCIL, DAY, LATER, MORNING, NHS, OFFICER
from tests.story import configured

VOTERS = (NHS, COUNCIL, CHARITY)


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Two applications, three organisations with a vote, two that used it."""
    with scene(servers, community_chest.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            _tell(made, ods, name)
        made.catch_up()
        yield made


def _tell(made: Scene, ods: str, name: str) -> None:
    def do(identity: str, *commands: object) -> None:
        made.do(identity, *commands, ods=ods, occurred_at=MORNING)

    do(ods, configured(ods, name))
    do("f1", fund.FoundFund(name=f"{name} chest", areas=(BARKING,), method="participatory", by="olu"))
    do("f1", fund.SetFundRules(eligibility=("in_area",), criteria=("need",), weights=(1,), votes=2, by="olu"))
    do("f1", fund_rounds.OpenRound(
        round_id="r1", name=f"{name} round", opens_on=DAY, closes_on=LATER, least_pence=1, most_pence=500, by="olu",
    ))  # fmt: skip
    for grant_id, organisation in (("g1", CHARITY), ("g2", COUNCIL)):
        do(
            grant_id,
            apply.StartApplication(
                fund_id="f1", round_id="r1", organisation=organisation, link_id=grant_id, on=DAY, by="olu"
            ),
            grant_application.SaveApplication(
                title=f"{name} table", statement="We eat", beneficiaries="Whoever comes", purpose="food", area=BARKING,
                amount_pence=100, starts_on=DAY, ends_on=LATER,
            ),
            apply.SubmitApplication(fund_id="f1", on=DAY),
            assess.CheckEligibility(by="olu"),
        )  # fmt: skip
    do("b1", ballot_opening.OpenBallot(
        fund_id="f1", round_id="r1", grants=("g1", "g2"), voters=VOTERS, closes_on=DAY, on=DAY, by="olu"
    ))  # fmt: skip
    do("b1", ballot.MakeVoterLinks(links_id="l1", by="olu"))
    for voter, choices in ((NHS, ("g1", "g2")), (COUNCIL, ("g1",))):
        do("b1", ballot.CastVote(organisation=voter, token_id=ballot.token("l1", voter), choices=choices, on=DAY))
    do("b1", ballot.CountVotes(on=LATER, by="olu"))


BALLOT = """query($asOf: AsOf) { fundRounds(fund: "f1", asOf: $asOf) { position edges { node { ballots {
    id closesOn voters turnout tally { grantId votes } } } } } }"""


def test_a_round_knows_its_ballot_and_what_the_votes_came_to(story: Scene) -> None:
    found = story.ask(BALLOT, OFFICER)["fundRounds"]
    tally = [{"grantId": "g1", "votes": 2}, {"grantId": "g2", "votes": 1}]
    counted = {"id": "b1", "closesOn": DAY.isoformat(), "voters": 3, "turnout": 2, "tally": tally}
    assert [edge["node"]["ballots"] for edge in found["edges"]] == [[counted]]


def test_until_the_votes_are_counted_not_even_how_many_there_are_is_told(story: Scene) -> None:
    before = story.ask(BALLOT, OFFICER)["fundRounds"]["position"] - 1
    for position in range(before, before - 3, -1):
        (edge,) = story.ask(BALLOT, OFFICER, asOf={"position": position})["fundRounds"]["edges"]
        (open_,) = edge["node"]["ballots"]
        assert (open_["turnout"], open_["tally"]) == (None, [])


def test_who_voted_stands_in_no_table(story: Scene) -> None:
    kept = {table: rows for table, rows in story.rows().items() if "ballot" in table}
    assert len(kept["community_chest_v1_ballot"]) == 1
    assert not any(voter in str(kept) for voter in VOTERS)


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_crossed(story)
    told = ("ballot", "ballot_past", "fund", "fund_past", "grant", "membership", "pcn", "round")
    every = {table.removeprefix("community_chest_v1_") for table in story.rows()}
    same_rows(story, monkeypatch, empty=tuple(f"community_chest_v1_{each}" for each in every.difference(told)))
