"""How an ICS is set up is shown to those who set it up, and who may do what to an administrator of the whole of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from commonweal.domain.plans.framework import PublishFramework, RetireFramework
from commonweal.domain.referrals.programme import CloseProgramme, OpenProgramme, PublishCriteria
from commonweal.domain.user import GrantUser, NameUser, RevokeUser
from commonweal.kernel import build, follow
from commonweal.runtime.installation import Installation
from projections import set_up
from tests.projections.scene import Grants, Scene, scene
from tests.story import configured

CANARY = "Ptarmigan"
USERS = """query($first: Int, $after: String) { users(first: $first, after: $after) { totalCount pageInfo { endCursor }
  edges { node { id name grants { role scope } } } } }"""
PROGRAMMES = "{ programmes { code name restricted open criteriaVersion minimumAge maximumAge practices lsoas needs excludedNeeds } }"
FRAMEWORKS = "{ frameworks { code name version domains retired } }"
ADMINISTRATOR: Grants = (("administrator", "tenant"),)
LEAD: Grants = (("team_lead", "tenant"),)
WREN, INES, GONE = "0" * 32, "1" * 32, "2" * 32


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    with scene(servers, set_up.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):

            def do(identity: str, *commands: object, where: str = ods) -> None:
                made.do(identity, *commands, ods=where)

            do(ods, configured(ods, name))
            do(WREN, GrantUser(role="team_lead"), GrantUser(role="link_worker", scope="link_worker:w"))
            do(WREN, NameUser(display_name=f"{name} Wren"))
            do(INES, GrantUser(role="analyst", scope="pcn:U11111"))
            do(GONE, GrantUser(role="triager"), NameUser(display_name=f"{name} Gone"), RevokeUser(role="triager"))
            do("young", OpenProgramme(name=f"{name} young"))
            do("young", PublishCriteria(minimum_age=11, needs=("loneliness",)), PublishCriteria(minimum_age=12))
            do("refuge", OpenProgramme(name=f"{name} refuge", restricted=True))
            do("shut", OpenProgramme(name="A shut one"), CloseProgramme())
            do("keys", PublishFramework(name=f"{name} keys", domains=("garden|My garden|days",)))
            do("old", PublishFramework(name="An old one", domains=("a|A|mind",)), RetireFramework())
        made.catch_up()
        yield made


def users(story: Scene, **asked: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in story.ask(USERS, ADMINISTRATOR, **asked)["users"]["edges"]]


def test_everyone_who_was_let_in_stands_there_with_what_they_may_do(story: Scene) -> None:
    assert users(story) == [
        {"id": INES, "name": None, "grants": [{"role": "analyst", "scope": "pcn:U11111"}]},
        {"id": GONE, "name": "Nene Gone", "grants": []},
        {
            "id": WREN,
            "name": "Nene Wren",
            "grants": [{"role": "link_worker", "scope": "link_worker:w"}, {"role": "team_lead", "scope": "tenant"}],
        },
    ]
    first = story.ask(USERS, ADMINISTRATOR, first=2)["users"]
    assert first["totalCount"] == 3
    assert [each["id"] for each in users(story, first=2, after=first["pageInfo"]["endCursor"])] == [WREN]


def test_a_colleague_is_found_by_words_of_their_name_and_by_what_they_are(story: Scene) -> None:
    asked = "query($words: String!, $role: String) { users(words: $words, role: $role) { edges { node { id } } } }"

    def found(words: str = "", role: str | None = None) -> list[str]:
        answer = story.ask(asked, ADMINISTRATOR, words=words, role=role)["users"]
        return [edge["node"]["id"] for edge in answer["edges"]]

    assert found("wren") == [WREN]
    assert found("NENE go") == [GONE]
    assert found("_") == found("%") == found(CANARY) == []
    assert found(role="team_lead") == [WREN]
    assert found(role="triager") == [], "it was taken from them"
    assert found("nene", "analyst") == []


def test_an_administrator_of_a_part_is_shown_nobody_and_others_are_not_answered(story: Scene) -> None:
    part = story.ask(USERS, (("administrator", "practice:K83001"),))["users"]
    assert (part["totalCount"], part["edges"]) == (0, [])
    one = "query($id: ID!) { user(id: $id) { name } }"
    assert story.ask(one, (("administrator", "practice:K83001"),), id=WREN)["user"] is None
    assert story.ask(one, ADMINISTRATOR, id=WREN)["user"] == {"name": "Nene Wren"}
    for document in (USERS, PROGRAMMES):
        _, errors = story.answer(document, (("link_worker", "tenant"),))
        assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_a_restricted_programme_is_known_to_who_was_let_in_and_to_who_lets_people_in(story: Scene) -> None:
    def known(grants: Grants) -> list[str]:
        return [each["code"] for each in story.ask(PROGRAMMES, grants)["programmes"]]

    assert known(LEAD) == ["young", "shut"]
    assert known((*LEAD, ("team_lead", "programme:refuge"))) == ["refuge", "young", "shut"]
    assert known(ADMINISTRATOR) == ["refuge", "young", "shut"]
    assert known((("administrator", "practice:K83001"),)) == ["young", "shut"]
    young = story.ask(PROGRAMMES, LEAD)["programmes"][0]
    assert (young["criteriaVersion"], young["minimumAge"], young["needs"]) == (2, 12, [])


def test_frameworks_stand_there_the_retired_ones_last(story: Scene) -> None:
    assert [(each["code"], each["version"], each["retired"]) for each in story.ask(FRAMEWORKS, LEAD)["frameworks"]] == [
        ("keys", 1, False),
        ("old", 1, True),
    ]


def test_no_ics_shows_anything_of_the_other(story: Scene) -> None:
    for document in (USERS, PROGRAMMES, FRAMEWORKS):
        assert CANARY not in str(story.ask(document, ADMINISTRATOR))
        assert CANARY in str(story.ask(document, ADMINISTRATOR, ods="QMF"))


@pytest.mark.parametrize(("size", "build_from"), [(1, 10**9), (3, 10**9), (2, 0)])
def test_read_one_by_one_or_all_at_once_it_is_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch, size: int, build_from: int
) -> None:
    before = story.rows()
    monkeypatch.setattr(follow, "BATCH", size)
    monkeypatch.setattr(follow, "BUILD_FROM", build_from)
    monkeypatch.setattr(build, "PIECE", size)
    story.empty()
    story.catch_up()
    assert story.rows() == before
