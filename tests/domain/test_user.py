"""Who may do what where."""

import pytest

from commonweal.domain import user
from commonweal.domain.user import GrantUser, RevokeUser, UserGranted, UserRevoked
from tests.given import given, state_of

GRANT = GrantUser(role="link_worker", scope="link_worker:amira")
GRANTED = UserGranted(role="link_worker", scope="link_worker:amira")
REVOKE = RevokeUser(role="link_worker", scope="link_worker:amira")
REVOKED = UserRevoked(role="link_worker", scope="link_worker:amira")


def test_a_role_is_granted_once_per_scope() -> None:
    given(user).when(GRANT).then(GRANTED)
    given(user, GRANTED).when(GRANT).then_nothing()
    given(user, GRANTED).when(GrantUser(role="link_worker")).then(UserGranted(role="link_worker", scope="tenant"))


def test_a_role_is_revoked_then_may_be_granted_again() -> None:
    given(user, GRANTED).when(REVOKE).then(REVOKED)
    given(user, GRANTED, REVOKED).when(REVOKE).then_nothing()
    given(user, GRANTED, REVOKED).when(GRANT).then(GRANTED)
    assert state_of(user, GRANTED, REVOKED).grants == frozenset()


def test_what_was_never_granted_is_not_revoked() -> None:
    given(user).when(REVOKE).refused("never granted")


def test_an_unknown_role_is_refused() -> None:
    given(user).when(GrantUser(role="king")).refused("role must be one of")


@pytest.mark.parametrize("scope", ["pcn:U96568", "practice:U35821/burton", "trust:RP1", "place:E06000061", "tenant"])
def test_a_scope_is_the_tenant_or_one_thing_in_it(scope: str) -> None:
    given(user).when(GrantUser(role="analyst", scope=scope)).then(UserGranted(role="analyst", scope=scope))


@pytest.mark.parametrize("scope", ["", "pcn", "pcn:", "pcn:K83001", "moon:1", "trust:the trust"])
def test_any_other_scope_is_refused(scope: str) -> None:
    given(user).when(GrantUser(role="analyst", scope=scope)).refused("scope must be")
