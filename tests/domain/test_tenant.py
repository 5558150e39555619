"""How an ICS is put together, then changed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commonweal.domain import tenant
from commonweal.domain.tenant import (
    PCN,
    ConfigureTenant,
    Federation,
    FederationFormed,
    PCNClosed,
    PCNFormed,
    Place,
    PlaceNamed,
    Policies,
    PolicyChanged,
    Practice,
    PracticeJoinedPCN,
    PracticeLeftPCN,
    TenantConfigured,
    TenantOnboarded,
    Trust,
    TrustConnected,
    TrustDisconnected,
)
from tests.given import given

BEGAN = date(2019, 7, 1)
TODAY = date(2026, 1, 5)
MAWSLEY = Practice(name="Mawsley")
BURTON = Practice(name="Burton", ods="K83999")
KETTERING = PCN(
    ods="U35821", name="Kettering & South West Rural", place="E06000061", since=BEGAN, practices=(MAWSLEY, BURTON)
)
BLUE = PCN(ods="U52261", name="Blue", place="E06000061", since=BEGAN)
CONFIGURE = ConfigureTenant(
    ods="QPM",
    name="Northamptonshire",
    gss="E54000059",
    places=(Place(code="E06000061", name="North Northamptonshire"),),
    pcns=(KETTERING, BLUE),
    federations=(Federation(name="General Practice Alliance", pcns=("U35821",)),),
    trusts=(
        Trust(ods="RNQ", name="Kettering General", hl7v2_facilities=("RNQ",), task_endpoint="https://kgh.example/fhir"),
    ),
    policies=Policies(triage_days=3, discharge_offer="wards", offer_wards=("Cedar",), offer_hours=48),
    on=TODAY,
)
JOINED = PracticeJoinedPCN(practice="U35821/mawsley", pcn="U35821", name="Mawsley", joined_on=BEGAN)
CONNECTED = TrustConnected(
    trust="RNQ",
    name="Kettering General",
    kind="acute",
    hl7v2_facilities=("RNQ",),
    task_endpoint="https://kgh.example/fhir",
)
POLICIES = PolicyChanged(
    triage_days=3,
    contact_attempts=3,
    caseload_limit=40,
    discharge_offer="wards",
    offer_wards=("Cedar",),
    offer_hours=48,
)
ONBOARDED: tuple[Any, ...] = (
    TenantOnboarded(ods="QPM"),
    TenantConfigured(name="Northamptonshire", gss="E54000059"),
    PlaceNamed(place="E06000061", name="North Northamptonshire"),
    PCNFormed(pcn="U35821", name="Kettering & South West Rural", place="E06000061", formed_on=BEGAN),
    PCNFormed(pcn="U52261", name="Blue", place="E06000061", formed_on=BEGAN),
    JOINED,
    PracticeJoinedPCN(practice="K83999", pcn="U35821", name="Burton", joined_on=BEGAN),
    FederationFormed(federation="general-practice-alliance", name="General Practice Alliance", pcns=("U35821",)),
    CONNECTED,
    POLICIES,
)


def test_an_ics_is_onboarded_whole() -> None:
    given(tenant).when(CONFIGURE).then(*ONBOARDED)


def test_the_same_wish_again_changes_nothing() -> None:
    given(tenant, *ONBOARDED).when(replace(CONFIGURE, on=date(2027, 1, 1))).then_nothing()


def test_only_what_differs_happens() -> None:
    wish = replace(CONFIGURE, policies=replace(CONFIGURE.policies, triage_days=5))
    given(tenant, *ONBOARDED).when(wish).then(replace(POLICIES, triage_days=5))


def test_an_ics_that_publishes_its_grants_says_with_which_prefix() -> None:
    wish = replace(CONFIGURE, giving_prefix="360G-Nene")
    configured = TenantConfigured(name="Northamptonshire", gss="E54000059", giving_prefix="360G-Nene")
    given(tenant, *ONBOARDED).when(wish).then(configured)
    given(tenant, *ONBOARDED).when(replace(wish, giving_prefix="360G-")).refused("registered with 360Giving")


def test_a_practice_that_moves_leaves_one_pcn_then_joins_the_other() -> None:
    moved = replace(BURTON, since=TODAY)
    wish = replace(
        CONFIGURE,
        pcns=(replace(KETTERING, practices=(MAWSLEY, replace(BURTON, to=TODAY))), replace(BLUE, practices=(moved,))),
    )
    given(tenant, *ONBOARDED).when(wish).then(
        PracticeLeftPCN(practice="K83999", pcn="U35821", joined_on=BEGAN, left_on=TODAY),
        PracticeJoinedPCN(practice="K83999", pcn="U52261", name="Burton", joined_on=TODAY),
    )


def test_a_practice_no_longer_named_leaves_today_then_may_come_back() -> None:
    without = replace(CONFIGURE, pcns=(replace(KETTERING, practices=(BURTON,)), BLUE))
    left = PracticeLeftPCN(practice="U35821/mawsley", pcn="U35821", joined_on=BEGAN, left_on=TODAY)
    given(tenant, *ONBOARDED).when(without).then(left)
    given(tenant, *ONBOARDED, left).when(without).then_nothing()
    given(tenant, *ONBOARDED, left).when(CONFIGURE).then(JOINED)


def test_a_pcn_that_closes_lets_its_practices_go() -> None:
    wish = replace(CONFIGURE, pcns=(replace(KETTERING, to=TODAY), BLUE))
    closed = (
        PCNClosed(pcn="U35821", closed_on=TODAY),
        PracticeLeftPCN(practice="U35821/mawsley", pcn="U35821", joined_on=BEGAN, left_on=TODAY),
        PracticeLeftPCN(practice="K83999", pcn="U35821", joined_on=BEGAN, left_on=TODAY),
    )
    given(tenant, *ONBOARDED).when(wish).then(*closed)
    given(tenant, *ONBOARDED, *closed).when(wish).then_nothing()


def test_a_trust_no_longer_named_is_disconnected() -> None:
    given(tenant, *ONBOARDED).when(replace(CONFIGURE, trusts=())).then(TrustDisconnected(trust="RNQ"))
    given(tenant, *ONBOARDED, TrustDisconnected(trust="RNQ")).when(CONFIGURE).then(CONNECTED)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ods": "Q"}, "ods must be"),
        ({"name": " "}, "name is missing"),
        ({"gss": "Northants"}, "gss must be"),
        ({"places": ()}, "a place that is not named: E06000061"),
        ({"pcns": (BLUE, BLUE)}, "PCN U52261 is there twice"),
        ({"pcns": (replace(KETTERING, practices=(BURTON, BURTON)),)}, "practice K83999 from 2019-07-01 is there twice"),
        ({"federations": (Federation(name="GPA", pcns=("U00000",)),)}, "PCNs that are not named: U00000"),
        ({"trusts": (Trust(ods="RNQ", name="KGH", kind="odd"),)}, "trust RNQ kind must be"),
        ({"policies": Policies(discharge_offer="always")}, "discharge_offer must be"),
    ],
)
def test_a_configuration_with_something_wrong_says_what(wrong: dict[str, object], sentence: str) -> None:
    given(tenant).when(replace(CONFIGURE, **wrong)).refused(sentence)  # type: ignore[arg-type]


def test_an_ics_keeps_its_code() -> None:
    given(tenant, *ONBOARDED).when(replace(CONFIGURE, ods="QMF")).refused("ods must stay QPM")
