"""A referrer sees their own referrals and nobody else's, and how each goes only while the person agrees that they may."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.domain.people import person
from commonweal.domain.people.consent import ExpireConsent, GiveConsent, RefuseConsent, WithdrawConsent
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.information import RequestInformation
from commonweal.domain.referrals.programme import CloseProgramme, OpenProgramme
from commonweal.domain.referrals.waiting import WithdrawReferral
from commonweal.domain.workforce.allocation import DeclineSocialPrescribing
from commonweal.runtime.installation import Installation
from projections import referrals_made
from tests.projections.every_room import same_rows
from tests.projections.scene import ANSWERING, Grants, Scene, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, merged, referred, registered

CANARY = "Ptarmigan"
LIST = """query List($filter: ReferralMadeFilter, $first: Int, $after: String) {
  referralsMade(filter: $filter, first: $first, after: $after) { totalCount position pageInfo { hasNextPage endCursor }
    edges { cursor node { id sourceOrganisation sourceReference programme programmeName receivedAt status since shared } } }
}"""
ONE = "query One($reference: String!) { referralStatus(sourceReference: $reference) { id status shared } }"
WARD: Grants = (("hospital", "trust:RP1"),)
SURGERY: Grants = (("practice", "practice:K83001"),)
LONG_AGO = date(2026, 1, 1)


@pytest.fixture(scope="module")
def made(servers: Installation) -> Iterator[Scene]:
    with scene(servers, referrals_made.READ_MODEL) as told:
        for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
            _tell(told, ods, name)
        told.catch_up()
        yield told


def _tell(told: Scene, ods: str, name: str) -> None:
    def do(identity: str, *commands: object, **known: Any) -> None:
        told.do(identity, *commands, ods=ods, **known)

    do("ics", configured(ods, name))
    do("w-1", engaged(f"{name} Hale", caseload_limit=20))
    do("refuge", OpenProgramme(name=f"{name} refuge", restricted=True))
    do("young", OpenProgramme(name=f"{name} young people"))
    do("shut", OpenProgramme(name="Shut"), CloseProgramme())
    for each in ("shares", "silent", "took-back"):
        do(each, registered(f"{name} {each}"), agreed())
    do("silent-too", registered(f"{name} silent"))
    do("silent", merged("silent", "silent-too"))
    do("shares", agreed("share_referrer"))
    do("took-back", agreed("share_referrer"), WithdrawConsent(scope="share_referrer", withdrawn_on=DAY))
    for number, (identity, whose, known) in enumerate(
        (
            ("told", "shares", {}),
            ("untold", "silent", {}),
            ("no-more", "took-back", {}),
            ("asked", "silent", {}),
            ("withdrawn", "silent", {}),
            ("hidden", "shares", {"programme": "refuge"}),
            ("young-one", "shares", {"programme": "young"}),
            ("surgery", "shares", {"source_org": "K83001"}),
            ("rejected", "silent", {}),
            ("passed-on", "silent", {}),
            ("declined", "silent", {}),
        )
    ):
        do(identity, referred(whose, f"ref-{identity}", received_at=RECEIVED + timedelta(hours=number), **known))
    for identity in ("told", "untold", "no-more", "hidden", "surgery"):
        do(identity, referral.AcceptReferral(), allocated(identity, "w-1"), occurred_at=RECEIVED + timedelta(days=2))
    question = RequestInformation(missing=("consent",), question="Do they agree?", at=RECEIVED + timedelta(days=1))
    do("asked", referral.StartTriage(), question)
    do("withdrawn", WithdrawReferral(reason="not_needed", by="user-wren"))
    do("rejected", referral.RejectReferral(reason="02", feedback="Please see them first."))
    do("passed-on", referral.RedirectReferral(to_organisation="RXX", reason="better_placed"))
    do("declined", DeclineSocialPrescribing(referral_id="declined", reason="not_now"))


def shown(told: Scene, grants: Grants = WARD, **asked: Any) -> dict[str, tuple[str, bool]]:
    edges = told.ask(LIST, grants, **asked)["referralsMade"]["edges"]
    return {edge["node"]["sourceReference"]: (edge["node"]["status"], edge["node"]["shared"]) for edge in edges}


def test_a_referrer_is_told_where_it_stands_where_the_person_agreed_and_else_what_they_must_see_to(made: Scene) -> None:
    assert shown(made) == {
        "ref-declined": ("RECEIVED", False),
        "ref-passed-on": ("PASSED_ON", False),
        "ref-rejected": ("NOT_TAKEN_ON", False),
        "ref-young-one": ("RECEIVED", True),
        "ref-withdrawn": ("WITHDRAWN", False),
        "ref-asked": ("AWAITING_INFORMATION", False),
        "ref-no-more": ("RECEIVED", False),
        "ref-untold": ("RECEIVED", False),
        "ref-told": ("WITH_LINK_WORKER", True),
    }


def test_nor_is_it_told_since_when(made: Scene) -> None:
    nodes = [edge["node"] for edge in made.ask(LIST, WARD)["referralsMade"]["edges"]]
    since = {node["sourceReference"]: node["since"] == node["receivedAt"] for node in nodes}
    assert (since["ref-untold"], since["ref-told"]) == (True, False)


def test_a_filter_finds_what_is_shown_and_not_what_is_hidden(made: Scene) -> None:
    assert list(shown(made, filter={"status": "WITH_LINK_WORKER"})) == ["ref-told"]
    assert "ref-untold" in shown(made, filter={"status": "RECEIVED"})
    assert list(shown(made, filter={"programme": "young"})) == ["ref-young-one"]
    assert shown(made, filter={"organisation": "K83001"}) == {}


def test_each_sees_their_own_alone(made: Scene) -> None:
    assert shown(made, SURGERY) == {"ref-surgery": ("WITH_LINK_WORKER", True)}
    assert shown(made, (("hospital", "trust:RXX"),)) == {}
    _, (error,) = made.answer(LIST, (("link_worker", "tenant"),))
    assert error["extensions"]["code"] == "OUT_OF_SCOPE"


def test_a_restricted_programme_is_invisible_to_others_counts_included(made: Scene) -> None:
    own: Grants = (*WARD, ("hospital", "programme:refuge"))
    assert "ref-hidden" not in shown(made)
    assert made.ask(LIST, WARD)["referralsMade"]["totalCount"] == 9
    assert shown(made, own)["ref-hidden"] == ("WITH_LINK_WORKER", True)
    programmes = "{ referralProgrammes { code name restricted } }"
    assert [each["code"] for each in made.ask(programmes, WARD)["referralProgrammes"]] == ["young"]
    assert [each["code"] for each in made.ask(programmes, own)["referralProgrammes"]] == ["refuge", "young"]


def test_one_is_found_by_its_reference_where_it_is_theirs(made: Scene) -> None:
    assert made.ask(ONE, WARD, reference="ref-told")["referralStatus"]["status"] == "WITH_LINK_WORKER"
    assert made.ask(ONE, WARD, reference="ref-surgery")["referralStatus"] is None
    assert made.ask(ONE, WARD, reference="ref-hidden")["referralStatus"] is None


def test_the_practices_of_today_can_be_chosen(made: Scene) -> None:
    found = made.ask("{ referralPractices { code name pcnName } }", SURGERY)["referralPractices"]
    assert [each["code"] for each in found] == sorted({"K83001", "K83002"})


def test_what_was_agreed_to_counts_today(made: Scene) -> None:
    made.do("silent", agreed("share_referrer"))
    made.catch_up()
    assert shown(made)["ref-untold"] == ("WITH_LINK_WORKER", True)
    made.do("silent", RefuseConsent(scope="share_referrer", refused_on=DAY))
    made.catch_up()
    assert shown(made)["ref-untold"] == ("RECEIVED", False)
    until = GiveConsent(
        scope="share_referrer", method="verbal", wording_version="1", given_on=LONG_AGO, expires_on=LONG_AGO
    )
    made.do("silent", until)
    made.catch_up()
    assert shown(made)["ref-untold"] == ("RECEIVED", False), "it ended long ago, whether or not anyone said so"
    made.do("silent", ExpireConsent(scope="share_referrer", on=date(2026, 1, 2)))
    made.catch_up()
    assert shown(made)["ref-untold"] == ("RECEIVED", False)


def test_pages_hold_each_once(made: Scene) -> None:
    found: list[str] = []
    after: str | None = None
    while True:
        page = made.ask(LIST, WARD, first=2, after=after)["referralsMade"]
        found += [edge["node"]["sourceReference"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == list(shown(made))


def test_nothing_of_the_other_ics_is_shown(made: Scene) -> None:
    own: Grants = (*WARD, ("hospital", "programme:refuge"))
    asked = "{ referralPractices { name } referralProgrammes { name } }"
    assert CANARY not in str(made.ask(asked, own))
    assert CANARY in str(made.ask(asked, own, ods="QMF"))


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    made: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(made, monkeypatch)


def test_who_is_erased_is_told_of_no_more(made: Scene) -> None:
    made.do("shares", person.ErasePerson(basis="request_upheld"))
    made.catch_up()
    assert shown(made)["ref-told"] == ("RECEIVED", False)


@pytest.mark.parametrize("asked", [{}, {"first": 2}, {"filter": {"status": "RECEIVED", "programme": "core"}}])
def test_the_bytes_are_those_of_graphql_core(made: Scene, asked: dict[str, Any]) -> None:
    async def both() -> tuple[bytes, bytes]:
        asker = made.asker(WARD)
        prepared = ANSWERING.prepare(LIST, None)
        planned = ANSWERING.plan(asker, prepared, asked)
        assert planned is not None
        return await ANSWERING.run(asker, planned), await ANSWERING.interpret(asker, prepared, asked)

    ours, theirs = made.run(both())
    assert ours == theirs
