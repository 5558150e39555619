"""A no that a person says in one of their records counts in each of them, in every room that asks for their consent."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from commonweal.domain.directory import connect, connection
from commonweal.domain.people import consent
from commonweal.domain.people.consent import RefuseConsent, WithdrawConsent
from commonweal.domain.people.merge import UnmergePersons
from commonweal.domain.plans.plan_share import SharePlan
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.referrals import referral
from commonweal.integrations.delivery import consents_of
from commonweal.runtime.installation import Installation
from projections import connections, plan, referrals_made
from tests.near import BY, listed, offered, organisation
from tests.projections.scene import Grants, Scene, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, merged, referred, registered

ROOMS: Final = (connections.READ_MODEL, plan.READ_MODEL, referrals_made.READ_MODEL)
WARD: Grants = (("hospital", "trust:RP1"),)
GREEN: Grants = (("provider", "organisation:GREEN"),)
SURGERY: Grants = (("practice", "practice:K83001"),)
SCOPES: Final = ("share_referrer", "share_gp", "share_vcfse")
NOT_THE_GARDEN: Final = RefuseConsent(scope="share_vcfse", audience="garden", refused_on=DAY)


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Ottoline agreed to all that is shared of her; Ada and Odette were asked for nothing but to be called."""
    with scene(servers, *ROOMS) as made:
        made.do("QPM", configured("QPM", "Nene"))
        made.do("amira", engaged("Amira Hale"))
        made.do("o-1", organisation(identifiers=("GREEN",)))
        made.do("garden", *listed())
        for each in ("ada", "ottoline", "odette"):
            made.do(each, registered(each.title()), agreed())
        made.do("ottoline", *map(agreed, SCOPES))
        made.do("case", referred("ottoline", "x", practice="K83001"), referral.AcceptReferral())
        made.do("case", allocated("case", "amira"), referral.RecordFirstContact(medium="02", held_at=RECEIVED))
        made.do("plan", StartPlan(plan_id="plan", referral_id="case", by="x"))
        made.do("plan", SharePlan(kind="gp", part="full", on=DAY, by=BY))
        send = connect.SendConnection(channel="secure_link", link_id="l1", by=BY, on=DAY)
        made.do("to-garden", offered("case", "garden"), connection.AcceptConnection(), send)
        made.do("by-telephone", offered("case", "garden"), connection.AcceptConnection())
        yield made


def told(story: Scene) -> set[str]:
    """Who is told of Ottoline's case: each through a room of its own."""
    for model in ROOMS:
        replace(story, model=model).catch_up()
    plans = story.ask("{ sharedPlans { edges { node { id } } } }", SURGERY)["sharedPlans"]["edges"]
    sent = story.ask("{ providerConnections { edges { node { id } } } }", GREEN)["providerConnections"]["edges"]
    (made,) = story.ask("{ referralsMade { edges { node { shared } } } }", WARD)["referralsMade"]["edges"]
    found = {"GP": bool(plans), "provider": bool(sent), "referrer": made["node"]["shared"]}
    answers = story.run(consents_of(story.tenants["QPM"].streams, "ottoline"))
    for who, scope, audience in (("GP", "share_gp", "any"), ("provider", "share_vcfse", "garden")):
        assert consent.allows(answers, scope, audience, story.asker().reader.today) is found[who]
    return {who for who, is_told in found.items() if is_told}


EVERYBODY: Final = {"GP", "provider", "referrer"}
INTO_ADA: Final = (("ada", "ottoline"),)
FROM_ADA: Final = (("ottoline", "ada"),)
BESIDE_ADA: Final = (("odette", "ottoline"), ("odette", "ada"))


@pytest.mark.parametrize("pairs", [INTO_ADA, FROM_ADA, BESIDE_ADA])
def test_a_no_counts_in_every_record_of_the_person_while_they_are_one(
    story: Scene, pairs: tuple[tuple[str, str], ...]
) -> None:
    story.do("ada", *(RefuseConsent(scope=scope, refused_on=DAY) for scope in SCOPES))
    assert told(story) == EVERYBODY
    for survivor, absorbed in pairs:
        story.do(survivor, merged(survivor, absorbed))
    assert told(story) == set()
    story.do("ada", agreed("share_gp"))
    assert told(story) == {"GP"}, "what they were asked again"
    story.do("ada", WithdrawConsent(scope="share_gp", withdrawn_on=DAY))
    assert told(story) == set()
    for survivor, absorbed in pairs:
        story.do(survivor, UnmergePersons(person_id=survivor, absorbed_id=absorbed, reason="two_people", by="x"))
    assert told(story) == EVERYBODY


def test_nobody_is_told_by_telephone_of_who_said_no_in_another_record(story: Scene) -> None:
    send = 'mutation { sendConnection(id: "by-telephone", input: {channel: "phone"}) { version } }'
    story.do("ada", RefuseConsent(scope="share_vcfse", refused_on=DAY), merged("ada", "ottoline"))
    _, (error,) = story.answer(send)
    assert error["message"].startswith("this person has said no to this in another record of theirs")
    assert error["extensions"] == {"code": "REFUSED"}
    story.do("ada", agreed("share_vcfse"))
    assert story.ask(send)["sendConnection"]["version"] == 3
    story.do("ada", UnmergePersons(person_id="ada", absorbed_id="ottoline", reason="two_people", by="x"))


def test_a_no_to_one_is_none_to_the_others_and_a_yes_in_one_record_is_none_in_the_other(story: Scene) -> None:
    story.do("ada", *map(agreed, SCOPES))
    story.do("ada", merged("ada", "ottoline"))
    assert told(story) == EVERYBODY
    story.do("ada", NOT_THE_GARDEN)
    assert told(story) == {"GP", "referrer"}
    story.do("ada", replace(agreed("share_vcfse"), audience="garden"))
    assert told(story) == EVERYBODY
    story.do("ada", NOT_THE_GARDEN, RefuseConsent(scope="share_vcfse", refused_on=DAY))
    story.do("ada", agreed("share_vcfse"))
    assert told(story) == EVERYBODY, "a no to all took the no to one along, and was taken back"
    story.do("ottoline", WithdrawConsent(scope="share_gp", withdrawn_on=DAY))
    assert told(story) == {"provider", "referrer"}
