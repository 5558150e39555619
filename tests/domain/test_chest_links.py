"""Whoever applies or votes without an account does so by a link: the newest, shown once, and a vote only once."""

from datetime import date

from commonweal.domain.chest import ballot, grant, grant_application
from commonweal.domain.chest.ballot import Candidate, CastVote, MakeVoterLinks, VoteCast, VoterLinksMade
from commonweal.domain.chest.grant_application import ApplicantLinkReplaced, ApplicantLinkShown, ShowApplicantLink
from tests.given import given

DAY = date(2026, 4, 1)
CHOIR, GARDEN = "GB-CHC-1054276", "GB-CHC-1054277"
STARTED = grant.ApplicationStarted(
    fund_id="f1", round_id="r1", organisation=CHOIR, link_id="l1", link_expires_on=DAY, by="olu"
)
REPLACED = ApplicantLinkReplaced(link_id="l2", link_expires_on=date(2027, 5, 6), by="olu")
SHOW = ShowApplicantLink(link_id="l1", by="olu")
SHOWN = ApplicantLinkShown(link_id="l1", by="olu")
OPENED = ballot.BallotOpened(
    fund_id="f1",
    round_id="r1",
    candidates=(Candidate("g1", CHOIR), Candidate("g2", GARDEN)),
    voters=(CHOIR, GARDEN),
    votes=1,
    closes_on=DAY,
    by="olu",
)
MAKE = MakeVoterLinks(links_id="first", by="olu")
MADE = VoterLinksMade(links_id="first", by="olu")
AGAIN = VoterLinksMade(links_id="second", by="olu")


def vote(links_id: str, organisation: str = CHOIR, choice: str = "g2") -> CastVote:
    return CastVote(organisation=organisation, token_id=ballot.token(links_id, organisation), choices=(choice,), on=DAY)


def test_an_applicants_link_is_shown_once_and_anew_when_it_was_replaced() -> None:
    given(grant, STARTED).when(SHOW).then(SHOWN)
    given(grant, STARTED, SHOWN).when(SHOW).then_nothing()
    given(grant, STARTED, SHOWN, REPLACED).when(SHOW).refused("make a new one")
    newer = ShowApplicantLink(link_id="l2", by="olu")
    given(grant, STARTED, SHOWN, REPLACED).when(newer).then(ApplicantLinkShown(link_id="l2", by="olu"))


def test_a_replaced_link_is_not_taken_up_again() -> None:
    old = grant_application.ReplaceApplicantLink(link_id="l1", on=DAY, by="olu")
    given(grant, STARTED).when(old).then_nothing()
    given(grant, STARTED, REPLACED).when(old).refused("used before")


def test_links_for_voters_are_made_of_a_new_id_until_the_votes_are_counted() -> None:
    counted = ballot.VotesCounted(tally=(), method="approval", turnout=0, by="olu")
    given(ballot).when(MAKE).refused("no such ballot")
    given(ballot, OPENED).when(MAKE).then(MADE)
    given(ballot, OPENED, MADE).when(MAKE).then_nothing()
    given(ballot, OPENED, MADE, AGAIN).when(MAKE).refused("used before")
    given(ballot, OPENED, counted).when(MAKE).refused("counted")
    given(ballot, OPENED).when(MakeVoterLinks(links_id="x" * 90, by="olu")).refused("links_id must be")


def test_one_votes_by_the_newest_link_of_ones_own_organisation() -> None:
    cast = vote("first")
    done = VoteCast(organisation=CHOIR, token_id=cast.token_id, choices=("g2",))
    given(ballot, OPENED, MADE).when(cast).then(done)
    given(ballot, OPENED, MADE, AGAIN).when(cast).refused("replaced by a newer one")
    elses = CastVote(organisation=CHOIR, token_id=ballot.token("first", GARDEN), choices=("g2",), on=DAY)
    given(ballot, OPENED, MADE).when(elses).refused("replaced by a newer one")
    given(ballot, OPENED, MADE, done, AGAIN).when(vote("second", choice="g2")).refused("has voted")
    assert ballot.voter(cast.token_id) == CHOIR
