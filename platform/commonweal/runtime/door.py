"""The door: a request is let in by a bearer token or by the console's cookie, or not at all."""

from typing import Any, Final

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import RequestEncodingType
from litestar.types import Message, Scope

from commonweal.runtime.access import Access, NotAllowed, Principal
from commonweal.runtime.development_issuer import DevelopmentIssuer
from commonweal.runtime.identity import Claims, Identity, Issuer, NotSignedIn, outside_issuer
from commonweal.runtime.session import COOKIE, Session, Sessions
from commonweal.runtime.settings import Settings
from tenants.store import Store

CSRF_FIELD: Final = "csrf_token"
CSRF_HEADER: Final = "x-csrf-token"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_RENEWED: Final = "commonweal_session_renewed"
_FORMS: Final = (RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART)

Connection = ASGIConnection[Any, Any, Any, Any]


class Door:
    """Lets people in."""

    def __init__(self, identity: Identity, access: Access, sessions: Sessions) -> None:
        self._identity = identity
        self._access = access
        self.sessions = sessions

    async def authenticate(self, connection: Connection) -> Principal:
        """Who asks and what they may do. Raises NotSignedIn, NotAllowed.

        A bearer token, where there is one, is all that counts. A cookie changes something only with its CSRF token, as the
        form's field `csrf_token` or the header `X-CSRF-Token`.
        """
        headers = connection.headers.getall("authorization", [])
        if len(headers) > 1:  # whoever stands before us may have looked at the other one
            raise NotSignedIn("there must be one Authorization header, not several", token=True)
        shown = headers[0].strip() if headers else ""
        claims = await self.bearer(shown) if shown else (await self.session(connection)).claims
        return await self._access.principal(claims, signed_in=not shown)

    async def bearer(self, shown: str) -> Claims:
        """Who an Authorization header speaks of. Raises NotSignedIn."""
        scheme, _, token = shown.strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn("the Authorization header must be Bearer and a token", token=True)
        return await self._identity.verify(token.strip())

    async def principal(self, claims: Claims) -> Principal:
        """What someone we know may do now. Raises NotAllowed."""
        return await self._access.principal(claims)

    async def funder(self, principal: Principal, ods: str) -> Principal | None:
        """Someone who was let in, as the funder they are in another ICS; None where they are none."""
        return await self._access.funder(principal, ods)

    async def watching(self, connection: Connection) -> Session:
        """The session of a page that asks by itself: nobody need be there, so it is not renewed. Raises NotSignedIn, NotAllowed."""
        session = await self.session(connection)
        connection.scope["state"].pop(_RENEWED, None)
        return session

    async def session(self, connection: Connection) -> Session:
        """The session of a cookie, whether or not they may still do anything. Raises NotSignedIn, NotAllowed."""
        session = self.sessions.read(connection.cookies.get(COOKIE))
        if not self._identity.trusts(session.issuer):
            raise NotSignedIn("sign in again: where you signed in before is not used any more")
        # A web socket has no method, nor can a page give it a header: it is not opened by cookie.
        if connection.scope.get("method") not in _SAFE and not self.sessions.is_csrf_token(
            session, await _shown(connection)
        ):
            raise NotAllowed(
                "this form is not from the page you are signed in to: load the page again and try once more",
                kind="csrf",
            )
        if (renewed := self.sessions.renewed(session)) is not None:
            connection.scope["state"][_RENEWED] = renewed
        return session

    def csrf_token(self, connection: Connection) -> str:
        """What the forms of this page carry. Raises NotSignedIn without a session."""
        return self.sessions.csrf_token(self.sessions.read(connection.cookies.get(COOKIE)))

    async def keep_signed_in(self, message: Message, scope: Scope) -> None:
        """A `before_send` hook of the application: whoever is at work keeps their session."""
        renewed: Session | None = scope["state"].get(_RENEWED)
        if message["type"] == "http.response.start" and renewed is not None and not self.sessions.ended(renewed):
            cookie = self.sessions.cookie(renewed).to_header(header="")
            MutableScopeHeaders.from_message(message).add("set-cookie", cookie)


def make_door(settings: Settings, platform_key: bytes, store: Store) -> Door:
    """The door of an installation. Raises Refused where the settings name no issuer that may be trusted here."""
    sessions = Sessions(platform_key, secure=settings.environment == "production")
    return Door(Identity([trusted_issuer(settings, platform_key)]), Access(store), sessions)


def trusted_issuer(settings: Settings, platform_key: bytes) -> Issuer:
    """The issuer the settings name, or the development issuer. Raises Refused."""
    if settings.oidc_issuer is None:
        return DevelopmentIssuer(settings, platform_key).trusted()
    return outside_issuer(settings)


async def _shown(connection: Connection) -> object:
    if (header := connection.headers.get(CSRF_HEADER)) is not None:
        return header
    if isinstance(connection, Request) and connection.content_type[0] in _FORMS:
        return (await connection.form()).get(CSRF_FIELD)
    return None
