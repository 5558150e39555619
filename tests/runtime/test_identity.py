"""A token shows who asks, or it shows nothing: every forgery is refused, and what somebody may do is the ICS's to say."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OctKey

from commonweal.domain import user
from commonweal.domain.message import Refused
from commonweal.kernel.handle import handle
from commonweal.runtime.access import Access, NotAllowed, user_id
from commonweal.runtime.cli_token import grant, token
from commonweal.runtime.development_issuer import NAME, DevelopmentIssuer
from commonweal.runtime.door import trusted_issuer
from commonweal.runtime.identity import Claims, Identity, Issuer, Keys, NotSignedIn, outside_issuer
from commonweal.runtime.installation import RUNNING, Installation, tell
from commonweal.runtime.settings import environment, load
from tests.tenant import about, store
from tests.tenants import outside_issuer as outside
from tests.tenants.outside_issuer import AUDIENCE, EC, RSA, STRANGER, Published, by_hand, claims
from tests.tenants.outside_issuer import NAME as ISSUER

Verify = Callable[[str], Awaitable[Claims]]


def signed(key: Any = RSA, *, alg: str = "RS256", kid: str | None = "one", **changed: Any) -> str:
    """A good token, but for what is changed; None leaves a claim out."""
    return outside.signed(claims("u-1", **{"tenant": "QZA", **changed}), key, alg, kid=kid)


def told(*tokens: str, issuer: Issuer | None = None) -> list[str]:
    """What each token comes to: the subject, or the sentence it is refused with."""

    async def inside() -> list[str]:
        identity = Identity([issuer or Issuer(ISSUER, AUDIENCE, Keys(Published(RSA, EC).fetch))])
        return [await one(identity, each) for each in tokens]

    async def one(identity: Identity, each: str) -> str:
        try:
            return (await identity.verify(each)).subject
        except NotSignedIn as refusal:
            return refusal.detail

    return asyncio.run(inside())


NO = "this token is not one that Commonweal accepts"


def test_a_token_of_either_kind_of_key_is_believed() -> None:
    assert told(signed(), signed(EC, alg="ES256", kid="two"), signed(aud=["other", AUDIENCE])) == ["u-1", "u-1", "u-1"]


def test_a_forged_token_is_refused_whatever_its_forgery() -> None:
    pem = RSA.as_pem(private=False)
    forged = {
        "another issuer": signed(iss="https://evil.example.test"),
        "meant for another": signed(aud="other"),
        "meant for nobody": signed(aud=None),
        "another key under the same id": signed(STRANGER),
        "unknown key": signed(kid="three"),
        "no key named": signed(kid=None),
        "no signature": by_hand(claims("u-1", "QZA"), {"alg": "none", "kid": "one"}, lambda _: b""),
        "public key as a shared secret": by_hand(
            claims("u-1", "QZA"), {"alg": "HS256", "kid": "one"}, lambda text: hmac.digest(pem, text, hashlib.sha256)
        ),
        "shared secret": signed(OctKey.generate_key(256), alg="HS256"),
        "a key of the other kind": signed(kid="two"),
        "an algorithm not on our list": signed(alg="RS512"),
        "its own key brought along": by_hand(
            claims("u-1", "QZA"),
            {"alg": "RS256", "kid": "one", "jwk": STRANGER.as_dict(private=False)},
            lambda _: b"x" * 256,
        ),
        "no end": signed(exp=None),
        "an end that is no time": signed(exp="tomorrow"),
        "no subject": signed(sub=None),
        "an empty subject": signed(sub=""),
        "not yet valid": signed(nbf=int(time.time()) + 120),
        "issued tomorrow": signed(iat=int(time.time()) + 86400),
        "garbage": "a.b.c",
        "nothing": "",
        "letters beyond ASCII": "é\ud800",
        "deeper than a parser goes": base64.urlsafe_b64encode(b"[" * 3000).decode() + ".e30.AA",
        "longer than a header": signed(more="x" * 9000),
    }
    assert dict(zip(forged, told(*forged.values()), strict=True)) == dict.fromkeys(forged, NO)


@given(st.data())
def test_a_changed_letter_makes_a_token_worthless_and_breaks_nothing(data: st.DataObject) -> None:
    good = signed()
    at = data.draw(st.integers(0, len(good) - 3))  # the last letter carries bits that are not part of the signature
    letter = data.draw(st.characters().filter(lambda found: found != good[at]))
    assert told(good[:at] + letter + good[at + 1 :])[0] == NO


def test_an_expired_token_is_refused_and_says_so() -> None:
    now = int(time.time())
    assert told(signed(exp=now - 31), signed(exp=now - 5)) == ["this token has expired: sign in again", "u-1"]


def test_a_token_for_no_ics_is_refused() -> None:
    sentence = "this token does not say which ICS it is for"
    assert told(signed(tenant=None), signed(tenant="qza; drop"), signed(tenant=7), signed(tenant="")) == [sentence] * 4


def test_a_remembered_token_ends_when_it_ends() -> None:
    async def inside() -> None:
        identity = Identity([Issuer(ISSUER, AUDIENCE, Keys(Published(RSA).fetch))])
        short = signed(exp=int(time.time()) - 29)
        assert (await identity.verify(short)).subject == "u-1"
        clock.shift(2)
        with pytest.raises(NotSignedIn, match="expired"):
            await identity.verify(short)

    with time_machine.travel("2030-03-04T09:00:00Z", tick=False) as clock:
        asyncio.run(inside())


def test_a_new_key_of_the_issuer_is_found_and_an_old_one_forgotten() -> None:
    async def inside() -> None:
        published = Published(RSA)
        keys = Keys(published.fetch, rest=600)
        identity = Identity([Issuer(ISSUER, AUDIENCE, keys)])
        await identity.verify(signed())
        published.keys = (EC,)
        rotated = signed(EC, alg="ES256", kid="two")
        with pytest.raises(NotSignedIn):
            await identity.verify(rotated)
        keys._asked = float("-inf")  # that was long ago
        assert (await identity.verify(rotated)).subject == "u-1"
        with pytest.raises(NotSignedIn):
            await identity.verify(signed(sub="u-2"))

    asyncio.run(inside())


def test_tokens_of_unknown_keys_do_not_make_us_ask_the_issuer_again_and_again() -> None:
    async def inside() -> int:
        published = Published(RSA)
        identity = Identity([Issuer(ISSUER, AUDIENCE, Keys(published.fetch))])
        await asyncio.gather(
            *(identity.verify(signed(kid=f"k{n}")) for n in range(30)), return_exceptions=True
        )  # fmt: skip
        return published.asked

    assert asyncio.run(inside()) == 1


def test_an_outside_issuer_is_asked_for_its_keys_over_http_and_may_be_away(tmp_path: Path) -> None:
    chosen = {"COMMONWEAL_DATA": str(tmp_path), "COMMONWEAL_OIDC_ISSUER": ISSUER, "COMMONWEAL_OIDC_AUDIENCE": AUDIENCE}
    with outside.published(RSA) as keys:
        known = load({**chosen, "COMMONWEAL_OIDC_JWKS_URL": keys.address})
        assert told(signed(), signed(), issuer=outside_issuer(known)) == ["u-1", "u-1"]
        keys.keys = ()
        assert told(signed(), signed(), issuer=outside_issuer(known)) == [NO, NO]
    assert keys.asked == 2


def test_settings_that_say_too_little_of_an_issuer_are_refused(tmp_path: Path) -> None:
    said = {"COMMONWEAL_DATA": str(tmp_path), "COMMONWEAL_OIDC_ISSUER": ISSUER}
    with pytest.raises(Refused, match="COMMONWEAL_OIDC_AUDIENCE"):
        trusted_issuer(load(said), b"k" * 32)
    said |= {"COMMONWEAL_OIDC_AUDIENCE": AUDIENCE, "COMMONWEAL_OIDC_JWKS_URL": "http://login.example.test/keys"}
    with pytest.raises(Refused, match="https"):
        trusted_issuer(load({**said, "COMMONWEAL_ENVIRONMENT": "production"}), b"k" * 32)


@pytest.mark.parametrize(
    "said",
    [
        {"ENVIRONMENT": "production"},
        {"NATS_URL": "nats://127.0.0.1:1"},
        {"DATABASE_URL": "host=127.0.0.1", "VAULT_URL": "host=127.0.0.1"},
    ],
)
def test_the_development_issuer_does_not_start_where_real_data_may_be(said: dict[str, str], tmp_path: Path) -> None:
    settings = load({"COMMONWEAL_DATA": str(tmp_path), **{f"COMMONWEAL_{name}": value for name, value in said.items()}})
    with pytest.raises(Refused, match="COMMONWEAL_OIDC_ISSUER must name a real one"):
        trusted_issuer(settings, b"k" * 32)


def test_the_development_issuer_is_the_same_in_every_process_and_on_every_port(tmp_path: Path) -> None:
    def issuer(key: bytes, port: int) -> DevelopmentIssuer:
        return DevelopmentIssuer(load({"COMMONWEAL_DATA": str(tmp_path), "COMMONWEAL_PORT": str(port)}), key)

    ours, again, other = issuer(b"k" * 32, 8000), issuer(b"k" * 32, 8001), issuer(b"o" * 32, 8000)
    assert told(again.issue("demo-amber", "QZA"), issuer=ours.trusted()) == ["demo-amber"]
    assert told(other.issue("demo-amber", "QZA"), issuer=ours.trusted()) == [NO]
    assert told(ours.issue("demo-amber", "QZA", audience="sign-in"), issuer=ours.trusted()) == [NO]
    assert '"d"' not in ours.jwks.decode()


@pytest.mark.parametrize("subject", ["", "amber@example.test", "Amber Finch", "9434765919", "x" * 200, "demo\namber"])
def test_the_development_issuer_has_no_real_peoples_names(subject: str, tmp_path: Path) -> None:
    issuer = DevelopmentIssuer(load({"COMMONWEAL_DATA": str(tmp_path)}), b"k" * 32)
    with pytest.raises(Refused, match="invented name"):
        issuer.issue(subject, "QZA")


def test_a_token_does_not_hold_for_longer_than_a_day(tmp_path: Path) -> None:
    issuer = DevelopmentIssuer(load({"COMMONWEAL_DATA": str(tmp_path)}), b"k" * 32)
    with pytest.raises(Refused, match="24 hours"):
        issuer.issue("demo-amber", "QZA", timedelta(hours=25))


def test_claims_do_not_show_who_they_speak_of_when_printed() -> None:
    assert "wren" not in repr(Claims(ISSUER, "wren-1", "QZA", "Wren Hale"))


def test_what_somebody_may_do_is_what_each_ics_granted_and_a_revocation_is_felt(servers: Installation) -> None:
    async def inside() -> None:
        async with store(servers, "QZA", "QZB") as opened:
            access = Access(opened, fresh=0.2)
            here, there = Claims(NAME, "demo-amber", "QZA"), Claims(NAME, "demo-amber", "QZB")
            streams = (await opened.tenant("QZA")).streams
            amber = user_id(NAME, "demo-amber")
            await handle(streams, amber, user.GrantUser(role="link_worker", scope="link_worker:amber"), about())
            await handle(streams, amber, user.GrantUser(role="triager"), about())
            principal = await access.principal(here)
            assert principal.roles == {"link_worker", "triager"}
            assert principal.scopes("link_worker") == {"link_worker:amber"}
            assert principal.scopes("administrator") == frozenset()
            said = set()
            for refused in (there, Claims(NAME, "demo-amber", "QZC"), Claims(ISSUER, "demo-amber", "QZA")):
                with pytest.raises(NotAllowed) as caught:
                    await access.principal(refused)
                said.add((caught.value.status_code, caught.value.detail))
            assert len(said) == 1, "an ICS that is not hosted here is refused in other words"
            await handle(streams, amber, user.RevokeUser(role="triager"), about())
            await asyncio.sleep(0.25)
            assert (await access.principal(here)).roles == {"link_worker"}
            await handle(streams, amber, user.RevokeUser(role="link_worker", scope="link_worker:amber"), about())
            await asyncio.sleep(0.25)
            with pytest.raises(NotAllowed):
                await access.principal(here)

    asyncio.run(inside())


def test_asking_for_a_token_grants_no_more_than_was_asked_for(servers: Installation) -> None:
    async def inside() -> None:
        async with store(servers, "QZA") as opened:
            tenant = await opened.tenant("QZA")
            assert await grant(tenant, NAME, "demo-a", "link_worker", "link_worker:a") == {"link_worker:a"}
            assert await grant(tenant, NAME, "demo-a", "link_worker") == {"link_worker:a"}
            assert await grant(tenant, NAME, "demo-a", "triager") == {"tenant"}
            with pytest.raises(Refused, match="role"):
                await grant(tenant, NAME, "demo-a", "king")

    asyncio.run(inside())


def test_the_token_command_prints_a_token_that_is_believed_and_may_do_what_it_says(servers: Installation) -> None:
    asked = ["--tenant", "QZA", "--role", "pcn_manager", "--scope", "pcn:U96568", "--subject", "demo-b", "--json"]

    async def inside() -> None:
        async with store(servers, "QZA") as opened:
            answer = await asyncio.to_thread(CliRunner().invoke, token, asked, env=environment(servers.settings))
            assert answer.exit_code == 0, answer.output
            printed = json.loads(answer.output)
            assert (printed["tenant"], printed["scopes"]) == ("QZA", ["pcn:U96568"])
            claims = await Identity([trusted_issuer(servers.settings, servers.platform_key)]).verify(printed["token"])
            assert (await Access(opened).principal(claims)).grants == {("pcn_manager", "pcn:U96568")}
            unknown = await asyncio.to_thread(
                CliRunner().invoke, token, ["--tenant", "QZC", *asked[2:]], env=environment(servers.settings)
            )
            where = f"(data folder {servers.settings.data}; COMMONWEAL_DATA names another)"
            assert unknown.exit_code == 1
            assert str(unknown.exception) == f"no ICS with the code QZC is hosted here {where}"

    tell(servers)
    try:
        asyncio.run(inside())
    finally:
        (servers.settings.data / RUNNING).unlink()


def test_the_token_command_refuses_with_a_sentence_and_prints_no_token(tmp_path: Path) -> None:
    asked = ["--tenant", "QZA", "--role", "triager", "--subject", "demo-amber"]
    said = {"COMMONWEAL_DATA": str(tmp_path), "COMMONWEAL_OIDC_ISSUER": ISSUER}
    answer = CliRunner().invoke(token, asked, env=environment(load(said)))
    assert answer.exit_code == 1
    assert str(answer.exception) == f"tokens for this installation come from {ISSUER}, not from here"
    assert answer.output == ""
