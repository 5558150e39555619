"""Identity: a token tells us who asks, on the word of an issuer this installation trusts."""

import asyncio
import hashlib
import json
import math
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import msgspec
import structlog
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import Key, import_key
from joserfc.jws import extract_compact
from litestar.exceptions import NotAuthorizedException

from commonweal.domain.message import Refused
from commonweal.kernel.trace import refused
from commonweal.runtime.settings import Settings

ALGORITHMS: Final = ("RS256", "ES256")
LEEWAY: Final = 30
"""Seconds an issuer's clock may differ from ours."""
LONGEST: Final = 8192
"""Characters in a token."""
KEPT: Final = 4096
BELIEVED_FOR: Final = 300.0
"""Seconds a token once verified is believed without its signature being checked again, unless its issuer's keys change."""
TENANT: Final = re.compile(r"[A-Z0-9]{3,6}")
"""An ICS's ODS code."""

_UNREADABLE: Final = "this token is not one that Commonweal accepts"

Fetch = Callable[[], Awaitable[bytes]]
"""Answers with an issuer's keys as published: a JSON Web Key Set (RFC 7517)."""


class NotSignedIn(NotAuthorizedException):
    """We do not know who asks: 401 with a sentence and a WWW-Authenticate header (RFC 6750)."""

    def __init__(self, sentence: str, *, token: bool = False) -> None:
        """`token`: a token was shown, and it is the token that will not do."""
        refused("token" if token else "session")
        challenge = 'Bearer realm="commonweal"' + (', error="invalid_token"' if token else "")
        super().__init__(detail=sentence, headers={"WWW-Authenticate": challenge})


@dataclass(frozen=True, slots=True)
class Claims:
    """Who asks, for which ICS, until when (seconds since 1970). `subject` and `name` are never logged; `name` is empty where
    the issuer does not tell."""

    issuer: str
    subject: str = field(repr=False)
    tenant: str
    name: str = field(default="", repr=False)
    expires: float = field(default=math.inf, compare=False)


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


class Keys:
    """An issuer's keys by their ids. A key we do not know, and age, make us ask the issuer again, never more often than `rest`."""

    def __init__(self, fetch: Fetch, *, rest: float = 10.0, age: float = 600.0) -> None:
        """`rest` and `age` in seconds."""
        self._fetch, self._rest, self._age = fetch, rest, age
        self._keys: dict[str, Key] = {}
        self._published = b""
        self.changes = 0
        """How often other keys were published than before."""
        self._asked = self._answered = float("-inf")
        self._asking = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        """The key of that id; None where the issuer has no such key, or does not answer."""
        # Those whose key is at hand do not wait for an issuer that is slow to answer somebody else.
        if self._due(kid) and not (kid in self._keys and self._asking.locked()):
            async with self._asking:
                if self._due(kid):
                    await self._refresh()
        return self._keys.get(kid)

    def _due(self, kid: str) -> bool:
        now = time.monotonic()
        return (kid not in self._keys or now - self._answered >= self._age) and now - self._asked >= self._rest

    async def _refresh(self) -> None:
        self._asked = time.monotonic()
        try:
            published = await self._fetch()
            self._keys = dict(_usable(msgspec.json.decode(published, type=_KeySet).keys))
            self.changes += published != self._published
            self._published, self._answered = published, self._asked
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            structlog.get_logger().warning("the issuer's keys could not be fetched", error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class Issuer:
    """One whose word we take: its name as in `iss`, who its tokens must be meant for, and its keys."""

    name: str
    audience: str
    keys: Keys

    def check(self, claims: dict[str, Any]) -> None:
        """Raises JoseError unless the claims are this issuer's, meant for us, for now, and complete."""
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.name},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(claims)


class Identity:
    """Tells who shows a token."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}
        self._verified: OrderedDict[bytes, tuple[float, int, Claims]] = OrderedDict()
        """Until when, after how many changes of the issuer's keys, and who."""

    def trusts(self, issuer: str) -> bool:
        return issuer in self._issuers

    async def verify(self, token: str) -> Claims:
        """Who a bearer token speaks of. Raises NotSignedIn, which never says more than the one who shows it may know."""
        if len(token) > LONGEST or not token.isascii():
            raise NotSignedIn(_UNREADABLE, token=True)
        digest = hashlib.sha256(token.encode()).digest()
        now = time.time()
        if (hit := self._verified.get(digest)) is not None and now < hit[0] and hit[1] == self._changes(hit[2]):
            return hit[2]
        claims, expires = await self._checked(token)
        self._verified[digest] = (min(expires + LEEWAY, now + BELIEVED_FOR), self._changes(claims), claims)
        if len(self._verified) > KEPT:
            self._verified.popitem(last=False)
        return claims

    def _changes(self, claims: Claims) -> int:
        return self._issuers[claims.issuer].keys.changes

    async def _checked(self, token: str) -> tuple[Claims, float]:
        try:
            found = await self.decoded(token)
        except ExpiredTokenError:
            raise NotSignedIn("this token has expired: sign in again", token=True) from None
        except (JoseError, ValueError, TypeError, OverflowError, RecursionError):
            raise NotSignedIn(_UNREADABLE, token=True) from None
        tenant, name = found.get("tenant"), found.get("name")
        if not isinstance(tenant, str) or not TENANT.fullmatch(tenant):
            raise NotSignedIn("this token does not say which ICS it is for", token=True)
        name, expires = name if isinstance(name, str) else "", float(found["exp"])
        return Claims(found["iss"], found["sub"], tenant, name, expires), expires

    async def decoded(self, token: str) -> dict[str, Any]:
        """The claims of a token that holds; raises JoseError or ValueError for one that does not."""
        shown = extract_compact(token.encode())
        told, kid = json.loads(shown.payload), shown.headers().get("kid")
        # Not yet believed: it only says whose key to try.
        issuer = self._issuers.get(str(told.get("iss"))) if isinstance(told, dict) else None
        key = await issuer.keys.find(kid) if issuer is not None and isinstance(kid, str) else None
        if issuer is None or key is None:
            raise ValueError("an issuer or a key we do not know")
        claims = jwt.decode(token, key, algorithms=ALGORITHMS).claims
        issuer.check(claims)
        float(claims["exp"])  # there are numbers no clock can hold
        return claims


def outside_issuer(settings: Settings) -> Issuer:
    """The issuer that the settings name. Raises Refused where they say too little to trust it."""
    name, audience, address = settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url
    if not name or not audience or not address:
        raise Refused("COMMONWEAL_OIDC_ISSUER needs COMMONWEAL_OIDC_AUDIENCE and COMMONWEAL_OIDC_JWKS_URL beside it")
    if settings.environment == "production" and not address.startswith("https://"):
        raise Refused("COMMONWEAL_OIDC_JWKS_URL must begin with https://: whoever can change the keys can be anyone")

    async def fetch() -> bytes:
        async with httpx.AsyncClient(timeout=5) as client:
            return (await client.get(address)).raise_for_status().content

    return Issuer(name, audience, Keys(fetch))


def _usable(published: list[dict[str, Any]]) -> Iterable[tuple[str, Key]]:
    """Keys that can verify what we accept; others an issuer may have are passed over."""
    for each in published:
        kid = each.get("kid")
        if isinstance(kid, str) and each.get("kty") in {"RSA", "EC"} and each.get("use", "sig") == "sig":
            try:
                yield kid, import_key(each)
            except (JoseError, ValueError, TypeError) as error:
                structlog.get_logger().warning("a key of the issuer cannot be read", error=type(error).__name__)
