"""Who looked at a record is shown to those who see the person, and broken glasses to who reviews them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain.people import person
from commonweal.domain.people.break_glass import BreakGlass
from commonweal.domain.people.merge import MergePersons
from commonweal.domain.people.record_access import OpenRecord, ReviewAccess
from commonweal.domain.referrals.referral import AcceptReferral
from commonweal.domain.user import GrantUser, NameUser
from commonweal.runtime.installation import Installation
from projections import record_access
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import EVERYTHING, Grants, Scene, scene
from tests.story import agreed, allocated, configured, engaged, referred, registered

WREN, INES = "0" * 32, "1" * 32
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ACCESS = """query($id: ID!) { recordAccess(id: $id) { totalCount edges { node {
  by role what words fields until accessId review { verdict words reviewedBy } } } } }"""
REVIEWS = "{ accessReviews { totalCount edges { node { personId personName by words reason } } } }"
IG_LEAD: Grants = (("ig_lead", "tenant"),)


def looks(by: str, hours: int = 0, what: str = "timeline") -> OpenRecord:
    return OpenRecord(what=what, by=by, by_role="team_lead", at=NOW + timedelta(hours=hours))


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    with scene(servers, record_access.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            made.do(ods, configured(ods, name), ods=ods)
            made.do("amber", engaged(f"{name} Amber"), ods=ods)
            for user, called in ((WREN, "Wren"), (INES, "Ines")):
                made.do(user, GrantUser(role="team_lead"), NameUser(display_name=f"{name} {called}"), ods=ods)
            for number in (1, 2):
                made.do(f"p-{number}", registered(f"{name} Finch {number}"), agreed(), ods=ods)
            made.do("r-1", referred("p-1", "a"), AcceptReferral(), allocated("r-1", "amber"), ods=ods)
            made.do("r-2", referred("p-2", "b"), ods=ods)
            made.do("p-1", looks(WREN), looks(WREN), looks(INES, 1), looks(WREN, 2, "plan"), ods=ods)
            broken = BreakGlass(
                person_id="p-2", access_id="g", reason="danger", words=f"{name} words", fields=("details",), by=WREN,
                by_role="link_worker", at=NOW,
            )  # fmt: skip
            made.do("p-2", broken, ods=ods)
        made.catch_up()
        yield made


def nodes(story: Scene, identity: str, grants: Grants = EVERYTHING) -> list[dict[str, Any]]:
    return [edge["node"] for edge in story.ask(ACCESS, grants, id=identity)["recordAccess"]["edges"]]


def test_everyone_who_opened_it_is_named_the_last_first(story: Scene) -> None:
    assert [(node["by"], node["what"]) for node in nodes(story, "p-1")] == [
        ("Nene Wren", "plan"),
        ("Nene Ines", "timeline"),
        ("Nene Wren", "timeline"),
    ]


def test_only_who_sees_the_person_sees_who_looked(story: Scene) -> None:
    amber: Grants = (("link_worker", "link_worker:amber"),)
    assert len(nodes(story, "p-1", amber)) == 3
    assert nodes(story, "p-2", amber) == []
    assert len(nodes(story, "p-2", (*amber, ("link_worker", "person:p-2")))) == 1
    for role in ("pcn_manager", "analyst", "practice", "administrator"):
        assert story.answer(ACCESS, ((role, "tenant"),), id="p-1")[1][0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_a_broken_glass_waits_for_the_information_governance_lead_alone(story: Scene) -> None:
    (edge,) = story.ask(REVIEWS, IG_LEAD)["accessReviews"]["edges"]
    assert edge["node"] == {
        "personId": "p-2",
        "personName": "Nene Finch 2",
        "by": "Nene Wren",
        "words": "Nene words",
        "reason": "danger",
    }
    assert story.answer(REVIEWS, EVERYTHING)[1][0]["extensions"]["code"] == "OUT_OF_SCOPE"
    assert story.ask(REVIEWS, (("ig_lead", "pcn:U11111"),))["accessReviews"]["totalCount"] == 0


def test_a_reviewed_one_waits_no_longer_and_keeps_its_verdict(story: Scene) -> None:
    story.do("p-2", ReviewAccess(access_id="g", verdict="not_justified", words="Nene why", by=INES, at=NOW))
    story.catch_up()
    assert story.ask(REVIEWS, IG_LEAD)["accessReviews"]["totalCount"] == 0
    (node,) = [each for each in nodes(story, "p-2", IG_LEAD) if each["accessId"]]
    assert node["review"] == {"verdict": "not_justified", "words": "Nene why", "reviewedBy": "Nene Ines"}
    assert node["fields"] == ["details"]


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch)


def test_who_looked_at_a_merged_record_looked_at_the_one_that_goes_on(story: Scene) -> None:
    story.do("p-2", MergePersons(person_id="p-2", absorbed_id="p-1", evidence="person_confirmed", by=INES))
    story.catch_up()
    looked = [node["what"] for node in nodes(story, "p-2") if node["what"] != "access"]  # beside who asks here
    assert sorted(looked) == ["break_glass", "plan", "timeline", "timeline"]


def test_an_erased_persons_words_go_and_that_somebody_looked_stays(story: Scene) -> None:
    story.do("p-2", person.ErasePerson(basis="request_upheld"))
    story.run(story.tenants["QPM"].streams.vault.destroy("p-2", "request_upheld"))
    story.catch_up()
    rows = str(story.rows())
    assert "Nene words" not in rows
    assert "Nene why" not in rows
    assert "Finch 2" not in rows
    assert "break_glass" in {node["what"] for node in nodes(story, "p-2", IG_LEAD)}
    after = story.rows()
    story.empty()
    story.run(story.room().catch_up())
    assert story.rows() == after


def test_nothing_of_the_other_ics_is_in_the_room(story: Scene) -> None:
    nothing_crossed(story)
