"""The authorisation code flow: someone signs in where their organisation keeps its people, and comes back with a code.

OpenID Connect Core 1.0, section 3.1, with PKCE (RFC 7636, S256). What is remembered meanwhile is sealed in a cookie of the browser.
"""

import base64
import hashlib
import hmac
import secrets as random
import time
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import msgspec
from joserfc.errors import JoseError
from litestar.datastructures import Cookie

from commonweal.domain.message import Refused
from commonweal.runtime.identity import TENANT, Claims, Identity, Issuer, NotSignedIn, outside_issuer
from commonweal.runtime.session import Seal
from commonweal.runtime.settings import Settings

COOKIE: Final = "commonweal_signing_in"
BACK: Final = "/sign-in/back"
"""Where the issuer sends someone back to."""
LASTS: Final = 600
"""Seconds somebody may take to sign in there."""
SCOPE: Final = "openid profile"
_AGAIN: Final = "signing in was not finished: start again"


class Begun(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered while someone is away to sign in; `expires` in seconds since 1970."""

    state: str
    nonce: str
    verifier: str
    tenant: str
    following: str
    expires: int


class Endpoints(msgspec.Struct, frozen=True):
    """What we need of an issuer's metadata (OpenID Connect Discovery 1.0)."""

    authorization_endpoint: str
    token_endpoint: str


class _Tokens(msgspec.Struct, frozen=True):
    id_token: str


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to the issuer. `discovery`: where its metadata is; `secret`: None for a client that has none."""

    issuer: Issuer
    discovery: str
    client_id: str
    secret: str | None
    address: str
    """Of this installation, without a slash at the end."""


class CodeFlow:
    """Sends people away to sign in, and takes them back."""

    def __init__(self, client: Client, platform_key: bytes, *, secure: bool) -> None:
        self._client = client
        self._seal = Seal(platform_key, "signing in", Begun)
        self._secure = secure
        self._identity = Identity([replace(client.issuer, audience=client.client_id)])
        self._endpoints: tuple[float, Endpoints] | None = None
        self._finished: dict[str, int] = {}
        """Until when what came back once does not count again, by its state."""

    async def begin(self, tenant: str, following: str) -> tuple[str, Cookie]:
        """Where to send someone who works for that ICS, and what their browser keeps meanwhile. Raises NotSignedIn.

        `tenant` is empty where the issuer itself says which ICS somebody works for.
        """
        if tenant and not TENANT.fullmatch(tenant):
            raise NotSignedIn("choose the ICS you work for")
        begun = Begun(
            state=random.token_urlsafe(24),
            nonce=random.token_urlsafe(24),
            verifier=random.token_urlsafe(48),
            tenant=tenant,
            following=following,
            expires=int(time.time()) + LASTS,
        )
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.address + BACK,
            "scope": SCOPE,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge(begun.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = (await self._found()).authorization_endpoint
        address = f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"
        return address, replace(self._cookie(), value=self._seal.close(begun), max_age=LASTS)

    async def finish(self, cookie: str | None, state: str | None, code: str | None) -> tuple[Claims, str]:
        """Who came back, and the page they wished for. Raises NotSignedIn."""
        begun = self._seal.open(cookie) if cookie else None
        if begun is None or time.time() >= begun.expires or not code:
            raise NotSignedIn(_AGAIN)
        if not hmac.compare_digest(begun.state.encode(), (state or "").encode()) or begun.state in self._finished:
            raise NotSignedIn(_AGAIN)
        self._finished = {known: until for known, until in self._finished.items() if until > time.time()}
        self._finished[begun.state] = begun.expires
        claims = await self._claims(await self._exchange(code, begun.verifier))
        if not hmac.compare_digest(begun.nonce.encode(), str(claims.get("nonce", "")).encode()):
            raise NotSignedIn(_AGAIN)
        tenant, name = claims.get("tenant", begun.tenant), claims.get("name")
        if not isinstance(tenant, str) or not TENANT.fullmatch(tenant):
            raise NotSignedIn("choose the ICS you work for")
        if begun.tenant not in ("", tenant):
            raise NotSignedIn("you signed in for another ICS than the one you chose")
        who = Claims(claims["iss"], claims["sub"], tenant, name if isinstance(name, str) else "")
        return who, begun.following

    def no_cookie(self) -> Cookie:
        return replace(self._cookie(), value="", max_age=0)

    async def _exchange(self, code: str, verifier: str) -> str:
        """A code for the token that says who it is."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.address + BACK,
            "client_id": self._client.client_id,
            "code_verifier": verifier,
        }
        if self._client.secret is not None:
            asked["client_secret"] = self._client.secret
        endpoint = (await self._found()).token_endpoint
        try:
            async with httpx.AsyncClient(timeout=10) as client:
                answer = (await client.post(endpoint, data=asked)).raise_for_status()
            return msgspec.json.decode(answer.content, type=_Tokens).id_token
        except (httpx.HTTPError, msgspec.MsgspecError):
            raise NotSignedIn("where you sign in did not answer as it should: try again in a minute") from None

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            return await self._identity.decoded(token)
        except (JoseError, ValueError, TypeError, OverflowError, RecursionError):
            raise NotSignedIn(_AGAIN, token=True) from None

    async def _found(self) -> Endpoints:
        """The issuer's endpoints, looked up at most every ten minutes."""
        now = time.monotonic()
        if self._endpoints is None or now - self._endpoints[0] > 600:
            try:
                async with httpx.AsyncClient(timeout=10) as client:
                    answer = (await client.get(self._client.discovery)).raise_for_status()
                self._endpoints = now, msgspec.json.decode(answer.content, type=Endpoints)
            except (httpx.HTTPError, msgspec.MsgspecError):
                raise NotSignedIn("where you sign in cannot be reached: try again in a minute") from None
        return self._endpoints[1]

    def _cookie(self) -> Cookie:
        return Cookie(COOKIE, path="/sign-in", httponly=True, samesite="lax", secure=self._secure)


def outside_client(settings: Settings) -> Client | None:
    """Who we are to the issuer the settings name; None where they do not say. Raises Refused as `outside_issuer` does."""
    issuer = outside_issuer(settings)
    if settings.oidc_client_id is None:
        return None
    discovery = f"{issuer.name.rstrip('/')}/.well-known/openid-configuration"
    if settings.environment == "production" and not (
        discovery.startswith("https://") and settings.address.startswith("https://")
    ):
        raise Refused(
            "signing in by code needs https://, both for COMMONWEAL_OIDC_ISSUER and for COMMONWEAL_PUBLIC_URL"
        )
    return Client(issuer, discovery, settings.oidc_client_id, settings.oidc_client_secret, settings.address)


def challenge(verifier: str) -> str:
    """What the issuer is shown of the verifier before it sees it: RFC 7636, S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
