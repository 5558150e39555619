"""What was written in a record that became part of another stands in the other one too, until they are taken apart again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from commonweal.domain.measures.measuring import ScheduleMeasure
from commonweal.domain.people.merge import UnmergePersons
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.programme import OpenProgramme
from commonweal.domain.work.contact_booking import BookContact
from commonweal.domain.work.drop_in_recording import RecordDropIn
from commonweal.domain.work.task import CreateTask
from commonweal.runtime.installation import Installation
from projections import caseload, connections, measures, plan, work
from tests.near import listed, offered, organisation
from tests.projections.scene import Grants, Scene, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, merged, referred, registered

ROOMS = (caseload.READ_MODEL, plan.READ_MODEL, work.READ_MODEL, connections.READ_MODEL, measures.READ_MODEL)
OF_ADA = """{
  caseload(filter: {person: "ada"}) { edges { node { id person { id } } } }
  plans(filter: {person: "ada"}) { edges { node { id } } }
  planCases(person: "ada") { id }
  workRecord(person: "ada") { edges { node { contact { id } } } }
  workTasks(filter: {person: "ada"}) { edges { node { id } } }
  connections(filter: {person: "ada"}) { edges { node { id } } }
  measures(filter: {person: "ada"}) { edges { node { id } } }
  measuresCases(person: "ada") { id }
}"""
LEAD: Grants = (("team_lead", "tenant"),)


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Ottoline has a case with everything in it; Ada turns out to be she."""
    with scene(servers, *ROOMS) as made:
        made.do("QPM", configured("QPM", "Nene"))
        made.do("amira", engaged("Amira Hale"))
        made.do("o-2", organisation())
        made.do("garden", *listed(organisation_id="o-2"))
        for each in ("ada", "ottoline"):
            made.do(each, registered(each.title()), agreed())
        made.do("case", referred("ottoline", "x", practice="K83001"), referral.AcceptReferral())
        made.do("case", allocated("case", "amira"), referral.RecordFirstContact(medium="02", held_at=RECEIVED))
        made.do("plan", StartPlan(plan_id="plan", referral_id="case", by="x"))
        later = RECEIVED + timedelta(days=3)
        booked: dict[str, Any] = {"kind": "follow_up", "medium": "02", "starts_at": later}
        made.do("contact", BookContact(referral_id="case", person_id="ottoline", **booked))
        made.do("task", CreateTask(kind="call", due_on=DAY, referral_id="case", by="x"))
        made.do("garden-1", offered("case", "garden"))
        wish = ScheduleMeasure(referral_id="case", instrument="ons4", point="baseline", due_on=DAY, on=DAY)
        made.do("measure", wish)
        yield made


def shown(story: Scene, grants: Grants = LEAD) -> set[str]:
    """Ids of everything of Ada's."""
    for model in ROOMS:
        replace(story, model=model).catch_up()
    answer = story.ask(OF_ADA, grants)
    found = {each["id"] for name in ("planCases", "measuresCases") for each in answer[name]}
    paged = {name: answer[name]["edges"] for name in answer if name not in ("planCases", "measuresCases")}
    return found | {
        node["contact"]["id"] if name == "workRecord" else node["id"]
        for name, edges in paged.items()
        for node in (edge["node"] for edge in edges)
    }


ALL = {"case", "plan", "contact", "task", "garden-1", "measure"}


def test_it_is_shown_under_the_record_that_goes_on_while_they_are_one(story: Scene) -> None:
    assert shown(story) == set()
    story.do("ada", merged("ada", "ottoline"))
    assert shown(story) == ALL
    assert shown(story, (("link_worker", "link_worker:amira"),)) == ALL
    assert shown(story, (("link_worker", "link_worker:nobody"),)) == set()
    apart = UnmergePersons(person_id="ada", absorbed_id="ottoline", reason="two_people", by="x")
    story.do("ada", apart)
    assert shown(story) == set()


def test_a_drop_in_of_who_is_in_a_restricted_programme_under_another_record_is_not_shown(story: Scene) -> None:
    story.do("refuge", OpenProgramme(name="Refuge", restricted=True))
    for each in ("fay", "fay-again"):
        story.do(each, registered("Fay"), agreed())
    story.do("drop-in", RecordDropIn(person_id="fay-again", attended_on=DAY, by="x", on=DAY))
    story.do("hidden", referred("fay", "y", practice="K83001", programme="refuge"))
    inside: Grants = (*LEAD, ("team_lead", "programme:refuge"))

    def drop_ins(person: str, grants: Grants) -> int:
        replace(story, model=work.READ_MODEL).catch_up()
        asked = "query Of($person: ID!) { workRecord(person: $person) { totalCount } }"
        return int(story.ask(asked, grants, person=person)["workRecord"]["totalCount"])

    assert (drop_ins("fay-again", LEAD), drop_ins("fay-again", inside)) == (1, 1)
    story.do("fay", merged("fay", "fay-again"))
    assert (drop_ins("fay-again", LEAD), drop_ins("fay", LEAD)) == (0, 0)
    assert (drop_ins("fay-again", inside), drop_ins("fay", inside)) == (1, 1)
    story.do("fay", UnmergePersons(person_id="fay", absorbed_id="fay-again", reason="two_people", by="x"))
    assert (drop_ins("fay-again", LEAD), drop_ins("fay", inside)) == (1, 0)
