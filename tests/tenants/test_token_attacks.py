"""With every token but a good one somebody comes to the door, and every session but their own; each is turned away and counted."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import msgspec
import pytest
from joserfc.jwk import OctKey, RSAKey

from commonweal.domain.user import GrantUser, RevokeUser
from commonweal.runtime import access, development_issuer, identity
from commonweal.runtime.access import user_id
from commonweal.runtime.installation import Installation
from commonweal.runtime.live import board
from commonweal.runtime.session import ABSOLUTE, COOKIE, IDLE, Seal, Session, Sessions
from tests.subscriber import socket, subscriber
from tests.tenants import outside_issuer
from tests.tenants.counted import counted, labels
from tests.tenants.outside_issuer import EC, RSA, STRANGER, Published, by_hand, claims, part, published, signed
from tests.web import Web, serving

NO: Final = "this token is not one that Commonweal accepts"
EXPIRED: Final = "this token has expired: sign in again"
NO_ICS: Final = "this token does not say which ICS it is for"
NO_ACCESS: Final = (
    "you have no access to Commonweal for this ICS: ask whoever looks after Commonweal where you work"  # in any ICS
)
SIGNED_OUT: Final = "you have been signed out, because you were away or your day was over"
SUBJECT: Final = "wren-1"
"""May do everything in QPM, nothing in QMF."""
NEW: Final = RSAKey.generate_key(2048, {"kid": "three", "use": "sig"})
ASKED: Final = "{ __typename }"


@pytest.fixture(scope="module")
def keys() -> Iterator[Published]:
    with published(RSA, EC) as made:
        yield made


@pytest.fixture(scope="module")
def web(servers: Installation, keys: Published) -> Iterator[Web]:
    """QPM and QMF, where people sign in with an issuer outside; who rotated its keys is asked again at once."""
    settings = msgspec.structs.replace(
        servers.settings,
        oidc_issuer=outside_issuer.NAME,
        oidc_audience=outside_issuer.AUDIENCE,
        oidc_jwks_url=keys.address,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(identity.Keys.__init__.__kwdefaults__ or {}, "rest", 0.1)
        with serving(replace(servers, settings=settings), "QPM", "QMF") as made:
            made.given("QPM", user_id(outside_issuer.NAME, SUBJECT), GrantUser(role="team_lead"))
            yield made


def good(**changed: Any) -> dict[str, Any]:
    return claims(SUBJECT, changed.pop("tenant", "QPM"), **changed)


def unsigned(alg: str) -> str:
    return by_hand(good(), {"alg": alg, "kid": "one"}, lambda _: b"")


def shared(secret: bytes) -> str:
    """What a library that lets the token choose would check with our own public key as the secret."""
    return by_hand(good(), {"alg": "HS256", "kid": "one"}, lambda text: hmac.digest(secret, text, hashlib.sha256))


def bringing(**header: Any) -> str:
    """Signed well by a stranger, who says in the token where to find the key."""
    return signed(good(), STRANGER, **header)


def edited(**changed: Any) -> str:
    """Claims changed after they were signed."""
    head, _, signature = signed(good()).split(".")
    return f"{head}.{part(json.dumps(good(**changed)).encode())}.{signature}"


def now(seconds: float) -> int:
    return int(time.time() + seconds)


PUBLIC: Final = RSA.as_dict(private=False)
FORGED: Final[dict[str, tuple[Callable[[], str], str]]] = {
    "another issuer": (lambda: signed(good(iss="https://evil.example.test")), NO),
    "an issuer with a stroke more": (lambda: signed(good(iss=f"{outside_issuer.NAME}/")), NO),
    "the development issuer": (lambda: signed(good(iss="https://development.commonweal.invalid")), NO),
    "several issuers": (lambda: signed(good(iss=[outside_issuer.NAME])), NO),
    "no issuer": (lambda: signed(good(iss=None)), NO),
    "meant for another": (lambda: signed(good(aud="other")), NO),
    "meant for others": (lambda: signed(good(aud=["other", "another"])), NO),
    "meant for somebody within us": (lambda: signed(good(aud={"commonweal-example": True})), NO),
    "meant for nobody": (lambda: signed(good(aud=None)), NO),
    "another key under the same id": (lambda: signed(good(), STRANGER), NO),
    "an unknown key": (lambda: signed(good(), kid="seven"), NO),
    "no key named": (lambda: by_hand(good(), {"alg": "RS256"}, lambda _: b"x" * 256), NO),
    "a key that is a number": (lambda: by_hand(good(), {"alg": "RS256", "kid": 1}, lambda _: b"x" * 256), NO),
    "several keys": (lambda: by_hand(good(), {"alg": "RS256", "kid": ["one"]}, lambda _: b"x" * 256), NO),
    "a file for a key": (lambda: signed(good(), STRANGER, kid="../../../../dev/null"), NO),
    "a query for a key": (lambda: signed(good(), STRANGER, kid="one' or '1'='1"), NO),
    "no signature, alg none": (lambda: unsigned("none"), NO),
    "no signature, alg None": (lambda: unsigned("None"), NO),
    "no signature, alg nOnE": (lambda: unsigned("nOnE"), NO),
    "no signature, no alg": (lambda: unsigned(""), NO),
    "no signature, alg RS256": (lambda: unsigned("RS256"), NO),
    "our public key as a shared secret, PEM": (lambda: shared(RSA.as_pem(private=False)), NO),
    "our public key as a shared secret, DER": (lambda: shared(RSA.as_der(private=False)), NO),
    "our public key as a shared secret, JWK": (lambda: shared(json.dumps(PUBLIC).encode()), NO),
    "nothing as a shared secret": (lambda: shared(b""), NO),
    "a shared secret": (lambda: signed(good(), OctKey.generate_key(256), "HS256"), NO),
    "an RSA signature under the key that is none": (lambda: signed(good(), kid="two"), NO),
    "an elliptic signature under the key that is none": (lambda: signed(good(), EC, "ES256", kid="one"), NO),
    "an elliptic signature of nothing": (
        lambda: by_hand(good(), {"alg": "ES256", "kid": "two"}, lambda _: bytes(64)),
        NO,
    ),
    "a longer hash than we take": (lambda: signed(good(), alg="RS512"), NO),
    "another padding than we take": (lambda: signed(good(), alg="PS256"), NO),
    "its own key brought along": (lambda: bringing(jwk=STRANGER.as_dict(private=False)), NO),
    "its own key brought along as one of ours": (
        lambda: bringing(jwk={**STRANGER.as_dict(private=False), "kid": "one"}, kid="one"),
        NO,
    ),
    "an address of keys": (lambda: bringing(jku="https://evil.example.test/keys"), NO),
    "an address of a certificate": (lambda: bringing(x5u="https://evil.example.test/certificate"), NO),
    "a certificate": (lambda: bringing(x5c=[base64.b64encode(STRANGER.as_der(private=False)).decode()]), NO),
    "something critical we do not know": (
        lambda: by_hand(good(), {"alg": "RS256", "kid": "one", "crit": ["theirs"], "theirs": 1}, lambda _: b"x" * 256),
        NO,
    ),
    "an unencoded payload": (
        lambda: by_hand(good(), {"alg": "RS256", "kid": "one", "b64": False, "crit": ["b64"]}, lambda _: b"x" * 256),
        NO,
    ),
    "sealed instead of signed": (
        lambda: ".".join([part(b'{"alg":"dir","enc":"A256GCM","kid":"one"}'), "", *[part(b"x" * 16)] * 3]),
        NO,
    ),
    "a token in a token": (lambda: by_hand(signed(good()), {"alg": "RS256", "kid": "one"}, lambda _: b""), NO),
    "two parts": (lambda: signed(good()).rpartition(".")[0], NO),
    "four parts": (lambda: f"{signed(good())}.e30", NO),
    "claims that are a list": (lambda: by_hand([good()], {"alg": "RS256", "kid": "one"}, lambda _: b"x" * 256), NO),
    "claims that are nothing": (lambda: by_hand(None, {"alg": "RS256", "kid": "one"}, lambda _: b"x" * 256), NO),
    "garbage": (lambda: "a.b.c", NO),
    "a JSON object": (lambda: '{"payload":"e30","signatures":[]}', NO),
    "longer than any": (lambda: signed(good(more="x" * 9_000)), NO),
    "longer by far": (lambda: "x" * 60_000, NO),
    "expired": (lambda: signed(good(exp=now(-31))), EXPIRED),
    "expired long ago": (lambda: signed(good(exp=1)), EXPIRED),
    "without an end": (lambda: signed(good(exp=None)), NO),
    "an end that is a word": (lambda: signed(good(exp="tomorrow")), NO),
    "an end without end": (lambda: signed(good(exp=float("inf"))), NO),
    "an end that is no number": (lambda: signed(good(exp=float("nan"))), NO),
    "an end beyond all clocks": (lambda: signed(good(exp=10**400)), NO),
    "not yet valid": (lambda: signed(good(nbf=now(120))), NO),
    "issued tomorrow": (lambda: signed(good(iat=now(86_400))), NO),
    "of nobody": (lambda: signed(good(sub=None)), NO),
    "of an empty name": (lambda: signed(good(sub="")), NO),
    "of a number": (lambda: signed(good(sub=7)), NO),
    "of several": (lambda: signed(good(sub=[SUBJECT])), NO),
    "for no ICS": (lambda: signed(claims(SUBJECT, None)), NO_ICS),
    "for an ICS in small letters": (lambda: signed(good(tenant="qpm")), NO_ICS),
    "for an ICS and a space": (lambda: signed(good(tenant="QPM ")), NO_ICS),
    "for an ICS and a line": (lambda: signed(good(tenant="QPM\n")), NO_ICS),
    "for several ICSs": (lambda: signed(good(tenant=["QPM", "QMF"])), NO_ICS),
    "for a schema": (lambda: signed(good(tenant="tenant_qmf")), NO_ICS),
    "for a number": (lambda: signed(good(tenant=0)), NO_ICS),
    "changed to another ICS": (lambda: edited(tenant="QMF"), NO),
    "changed to another name": (lambda: edited(sub="other"), NO),
    "changed to live longer": (lambda: edited(exp=now(9_999)), NO),
}
"""What is wrong with it → the token, and what is said of it."""


@pytest.mark.parametrize("wrong", FORGED)
def test_a_token_that_will_not_do_opens_neither_door(web: Web, wrong: str) -> None:
    make, sentence = FORGED[wrong]
    with counted(token=1):
        answer = web.post(make(), ASKED)
    assert (answer.status_code, answer.json()) == (401, {"status": 401, "detail": sentence})
    assert answer.headers["www-authenticate"] == 'Bearer realm="commonweal", error="invalid_token"'
    with counted(token=1), socket(web) as one:
        one.say(type="connection_init", payload={"authorization": f"Bearer {make()}"})
        assert one.closed() == (4403, sentence)


def test_what_is_refused_is_refused_for_its_forgery(web: Web) -> None:
    for token in (
        signed(good()),
        signed(good(), EC, "ES256", kid="two"),
        signed(good(aud=["x", outside_issuer.AUDIENCE])),
    ):
        with counted():
            assert web.ask(token, ASKED) == {"__typename": "Query"}
            with subscriber(web, token):
                pass


def test_no_refusal_tells_whether_an_ics_is_hosted_here(web: Web) -> None:
    """Granted in QPM alone: elsewhere, and where nobody is hosted, they hear the same."""
    for tenant in ("QMF", "QZZ", "AAA", "CONTRO"):
        token = signed(good(tenant=tenant))
        with counted(access=1):
            answer = web.post(token, ASKED)
        assert (answer.status_code, answer.json()) == (403, {"status": 403, "detail": NO_ACCESS}), tenant
        with counted(access=1), socket(web) as one:
            one.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
            assert one.closed() == (4403, NO_ACCESS), tenant
    assert "QMF" in labels("access")
    assert not labels("access") & {"QZZ", "AAA", "CONTRO"}, "an ICS that is not hosted here is no label"


def test_a_withdrawn_key_opens_nothing_even_where_it_was_believed_before(web: Web, keys: Published) -> None:
    old, new = signed(good()), signed(good(), NEW, kid="three")
    assert web.post(old, ASKED).status_code == 200
    with counted(token=1):
        assert web.post(new, ASKED).status_code == 401
    keys.keys = (EC, NEW)
    time.sleep(0.15)
    assert web.post(new, ASKED).status_code == 200
    with counted(token=1):
        assert web.post(old, ASKED).json()["detail"] == NO
    keys.keys = (RSA, EC)
    time.sleep(0.15)
    assert web.post(old, ASKED).status_code == 200
    with counted(token=1):
        assert web.post(new, ASKED).status_code == 401


def test_unknown_keys_do_not_make_us_ask_the_issuer_again_and_again(web: Web, keys: Published) -> None:
    begun, before = time.monotonic(), keys.asked
    with counted(token=30):
        for number in range(30):
            web.post(signed(good(), STRANGER, kid=f"k{number}"), ASKED)
    assert keys.asked - before <= 1 + (time.monotonic() - begun) / 0.1


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer",
        "Basic d3Jlbjp3cmVu",
        "Token {good}",
        "{good}",
        "Bearer {good} {good}",
        "Bearer {good},Bearer {good}",
        "Digest username=wren",
    ],
)
def test_an_authorization_of_another_kind_is_none(web: Web, shown: str) -> None:
    headers = {"authorization": shown.replace("{good}", signed(good()))}
    with counted(token=1):
        answer = web.client.post("/graphql", json={"query": ASKED}, headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 0)])
def test_two_authorizations_are_one_too_many(web: Web, order: tuple[int, int]) -> None:
    """Whoever stands before us may have looked at the other one."""
    both = (signed(good()), signed(good(), STRANGER))
    headers = [("authorization", f"Bearer {both[each]}") for each in order]
    with counted(token=1):
        answer = web.client.post("/graphql", json={"query": ASKED}, headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (
        401,
        "there must be one Authorization header, not several",
    )


def test_nobody_at_all_is_not_let_in(web: Web) -> None:
    with counted(session=1):
        answer = web.post(None, ASKED)
    assert (answer.status_code, answer.json()["detail"]) == (401, "sign in first")
    for payload in ({}, {"authorization": 7}, {"authorization": None}, {"token": signed(good())}):
        with counted(socket=1), socket(web) as one:
            one.say(type="connection_init", payload=payload)
            assert one.closed()[0] == 4403
    with counted(socket=1), socket(web) as one:
        one.subscribe(ASKED)
        assert one.closed()[0] == 4401


def test_who_was_revoked_is_not_let_in_with_the_same_token(web: Web) -> None:
    who = user_id(outside_issuer.NAME, "robin-1")
    token = signed(claims("robin-1", "QPM"))
    web.given("QPM", who, GrantUser(role="triager"))
    assert web.post(token, ASKED).status_code == 200
    web.given("QPM", who, RevokeUser(role="triager"))
    time.sleep(access.FRESH + 0.1)
    with counted(access=1):
        assert web.post(token, ASKED).status_code == 403


# Sessions


def session(**changed: Any) -> Session:
    at = int(time.time())
    usual = Session(outside_issuer.NAME, SUBJECT, "QPM", "Wren Example", "an-id", at, at)
    return msgspec.structs.replace(usual, **changed)


def cookie(web: Web, held: Session, key: bytes | None = None) -> str:
    return str(Sessions(key or web.servers.platform_key, secure=False).cookie(held).value)


def turned(text: str, at: int) -> str:
    return f"{text[:at]}{'A' if text[at] != 'A' else 'B'}{text[at + 1 :]}"


COOKIES: Final[dict[str, Callable[[Web], str]]] = {
    "of another installation": lambda web: cookie(web, session(), b"o" * 32),
    "changed at its beginning": lambda web: turned(cookie(web, session()), 0),
    "changed in its midst": lambda web: turned(cookie(web, session()), 40),
    "cut short": lambda web: cookie(web, session())[:-4],
    "of yesterday": lambda web: cookie(web, session(begun=now(-ABSOLUTE), seen=now(-5))),
    "left alone too long": lambda web: cookie(web, session(seen=now(-IDLE))),
    "a claim in clear": lambda web: part(msgspec.msgpack.encode(session())),
    "a token": lambda web: signed(good()),
    "sealed for another purpose": lambda web: Seal(web.servers.platform_key, "sign-in link", Session).close(session()),
    "another shape": lambda web: Seal(web.servers.platform_key, "console session", dict[str, str]).close(
        {"tenant": "QPM"}
    ),
    "nothing but letters": lambda web: "x" * 3_000,
}


def asked_with(web: Web, value: str, csrf: str | None, **more: Any) -> Any:
    headers = {"cookie": f"{COOKIE}={value}", **({} if csrf is None else {"x-csrf-token": csrf})}
    return web.client.post("/graphql", json={"query": ASKED, **more}, headers=headers)


@pytest.mark.parametrize("wrong", COOKIES)
def test_a_session_that_is_none_opens_nothing(web: Web, wrong: str) -> None:
    csrf = Sessions(web.servers.platform_key, secure=False).csrf_token(session())
    with counted(session=1):
        answer = asked_with(web, COOKIES[wrong](web), csrf)
    assert (answer.status_code, answer.json()["detail"]) == (401, SIGNED_OUT)
    assert "set-cookie" not in answer.headers


def test_a_session_begun_with_another_issuer_is_over(web: Web) -> None:
    held = session(issuer="https://development.commonweal.invalid")
    with counted(session=1):
        assert asked_with(web, cookie(web, held), None).status_code == 401


def test_a_session_of_somebody_without_a_grant_opens_nothing(web: Web) -> None:
    known = Sessions(web.servers.platform_key, secure=False)
    for held in (session(tenant="QMF"), session(tenant="QZZ"), session(subject="nobody")):
        with counted(access=1):
            answer = asked_with(web, cookie(web, held), known.csrf_token(held))
        assert (answer.status_code, answer.json()["detail"]) == (403, NO_ACCESS)


def test_a_form_of_another_site_changes_nothing(web: Web) -> None:
    known, held = Sessions(web.servers.platform_key, secure=False), session()
    right, value = known.csrf_token(held), cookie(web, held)
    wrong = {
        "none": None,
        "an empty one": "",
        "another session's": known.csrf_token(session(id="another")),
        "another installation's": Sessions(b"o" * 32, secure=False).csrf_token(held),
        "half of it": right[:20],
        "more than it": f"{right}=",
        "the cookie": value,
    }
    for what, token in wrong.items():
        with counted(csrf=1):
            assert asked_with(web, value, token).status_code == 403, what
    with counted(csrf=1):
        assert asked_with(web, value, None, csrf_token=right).status_code == 403, "JSON is no form"
    with counted():
        assert asked_with(web, value, right).status_code == 200


def test_a_bad_token_is_not_mended_by_a_good_session(web: Web) -> None:
    known, held = Sessions(web.servers.platform_key, secure=False), session()
    headers = {
        "cookie": f"{COOKIE}={cookie(web, held)}",
        "x-csrf-token": known.csrf_token(held),
        "authorization": f"Bearer {signed(good(), STRANGER)}",
    }
    with counted(token=1):
        assert web.client.post("/graphql", json={"query": ASKED}, headers=headers).status_code == 401


def test_one_board_too_many_is_refused(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "PAGES", 0)
    with counted(socket=1):
        answer = web.client.get("/caseload/live", headers={"cookie": f"{COOKIE}={cookie(web, session())}"})
    assert answer.status_code == 429


def test_a_page_is_not_shown_to_whoever_is_not_signed_in(web: Web) -> None:
    for held in ("", "x" * 100, cookie(web, session(), b"o" * 32)):
        with counted(session=1):
            answer = web.client.get("/caseload", headers={"cookie": f"{COOKIE}={held}"})
        assert answer.status_code == 401


def test_a_funder_is_the_same_in_every_ics_by_subject_and_issuer_together(web: Web) -> None:
    for ods, issuer in (("QPM", outside_issuer.NAME), ("QMF", outside_issuer.NAME), ("QMF", development_issuer.NAME)):
        name = "giver" if issuer == outside_issuer.NAME else "taker"
        grant = GrantUser(role="funder", scope="organisation:GB-CHC-1054276")
        web.given(ods, user_id(issuer, name), grant)

    def asked(subject: str) -> Any:
        headers = {"authorization": f"Bearer {signed(claims(subject, 'QPM'))}"}
        return web.client.post("/funding/graphql", json={"query": "{ funds { totalCount } }"}, headers=headers)

    assert [each["ics"] for each in asked("giver").json()["parts"]] == ["QMF", "QPM"]
    web.given("QPM", user_id(outside_issuer.NAME, "taker"), GrantUser(role="team_lead"))
    assert asked("taker").status_code == 403
