"""The areas of life in which an ICS asks people what matters to them."""

from dataclasses import replace

import pytest

from commonweal.domain.plans import framework
from commonweal.domain.plans.framework import (
    OURS,
    SHARED,
    FrameworkPublished,
    FrameworkRetired,
    PublishFramework,
    RetireFramework,
)
from tests.given import given

DOMAINS = ("plot|My plot|days", "kin|My kin|people")
PUBLISH = PublishFramework(name=" Nene life ", domains=DOMAINS)
PUBLISHED = FrameworkPublished(version=1, name="Nene life", domains=DOMAINS)


def test_each_publishing_is_a_version_and_the_same_again_is_none() -> None:
    given(framework).when(PUBLISH).then(PUBLISHED)
    given(framework, PUBLISHED).when(PUBLISH).then_nothing()
    fewer = replace(PUBLISH, domains=DOMAINS[:1])
    given(framework, PUBLISHED).when(fewer).then(replace(PUBLISHED, version=2, domains=DOMAINS[:1]))


def test_what_is_retired_can_be_published_again() -> None:
    given(framework, PUBLISHED).when(RetireFramework()).then(FrameworkRetired())
    given(framework, PUBLISHED, FrameworkRetired()).when(RetireFramework()).then_nothing()
    given(framework, PUBLISHED, FrameworkRetired()).when(PUBLISH).then(replace(PUBLISHED, version=2))
    given(framework).when(RetireFramework()).refused("there is no such framework")


@pytest.mark.parametrize(
    ("domains", "sentence"),
    [
        ((), "domains must be 1 to 30"),
        (DOMAINS * 16, "domains must be 1 to 30"),
        (("plot",), "written code|name|area"),
        (("Plot|My plot|days",), "written code|name|area"),
        (("plot|My plot|garden",), "domains: the area must be one of"),
        ((DOMAINS[0], "plot|Another|home"), "a code of their own"),
    ],
)
def test_every_area_has_a_code_a_name_and_is_counted_under_one_of_ours(domains: tuple[str, ...], sentence: str) -> None:
    given(framework).when(replace(PUBLISH, domains=domains)).refused(sentence)


def test_the_built_in_framework_keeps_its_own_rules() -> None:
    given(framework).when(PublishFramework(name=OURS.name, domains=OURS.domains)).then(
        FrameworkPublished(version=1, name=OURS.name, domains=OURS.domains)
    )
    assert len(SHARED) == 10
