"""A session: for a working day at most, the console remembers who signed in."""

import base64
import hashlib
import hmac
import os
import secrets as random
import time
from dataclasses import replace
from typing import Final, Generic, TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from litestar.datastructures import Cookie

from commonweal.runtime import secrets
from commonweal.runtime.identity import Claims, NotSignedIn

COOKIE: Final = "commonweal_session"
ABSOLUTE: Final = 8 * 3600
"""Seconds a session lasts, however busy."""
IDLE: Final = 3600
"""Seconds without a request after which it ends."""
RENEWED_AFTER: Final = 60
"""Seconds between two cookies: not every answer carries a new one."""
_RUN_OUT: Final = "you have been signed out, because you were away or your day was over"

T = TypeVar("T")


class Seal(Generic[T]):
    """Values only this installation can read or make, as text for an address or a cookie (AES-256-GCM, base64url)."""

    def __init__(self, platform_key: bytes, purpose: str, kind: type[T]) -> None:
        self._cipher = AESGCM(secrets.derive(platform_key, purpose))
        self._kind = kind

    def close(self, value: T) -> str:
        nonce = os.urandom(12)
        sealed = nonce + self._cipher.encrypt(nonce, msgspec.msgpack.encode(value), None)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, text: str) -> T | None:
        """None for anything that was not sealed here for this purpose."""
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return msgspec.msgpack.decode(self._cipher.decrypt(sealed[:12], sealed[12:], None), type=self._kind)
        except (ValueError, InvalidTag, msgspec.MsgspecError):
            return None


class Session(msgspec.Struct, frozen=True, array_like=True):
    """Who signed in, when, and when they were last seen; seconds since 1970."""

    issuer: str
    subject: str
    tenant: str
    name: str
    id: str
    begun: int
    seen: int

    def __repr__(self) -> str:
        return f"Session({self.tenant})"

    @property
    def claims(self) -> Claims:
        return Claims(self.issuer, self.subject, self.tenant, self.name, self.expires)

    @property
    def expires(self) -> float:
        """When it ends unless it is renewed."""
        return min(self.seen + IDLE, self.begun + ABSOLUTE)


class Sessions:
    """Begins sessions, reads them from their cookie, ends them.

    The cookie holds the session itself, so that any web process can read it. That one was ended is remembered in memory, by
    the process that ended it, for as long as it would have lasted.
    """

    def __init__(self, platform_key: bytes, *, secure: bool) -> None:
        """`secure`: the cookie travels over HTTPS only."""
        self._seal = Seal(platform_key, "console session", Session)
        self._csrf = secrets.derive(platform_key, "console csrf")
        self._secure = secure
        self._ended: dict[str, float] = {}

    def begin(self, claims: Claims) -> Session:
        now = int(time.time())
        return Session(
            claims.issuer, claims.subject, claims.tenant, claims.name, random.token_urlsafe(16), now, now
        )  # fmt: skip

    def read(self, cookie: str | None) -> Session:
        """The session in a cookie. Raises NotSignedIn where there is none, or it ran out or was ended."""
        if not cookie:
            raise NotSignedIn("sign in first")
        session = self._seal.open(cookie)
        now = time.time()
        if session is None or now >= session.seen + IDLE or now >= session.begun + ABSOLUTE or self.ended(session):
            raise NotSignedIn(_RUN_OUT)
        return session

    def renewed(self, session: Session) -> Session | None:
        """The session as seen now; None while the cookie they hold is new enough."""
        now = int(time.time())
        return msgspec.structs.replace(session, seen=now) if now - session.seen >= RENEWED_AFTER else None

    def end(self, session: Session) -> None:
        now = time.time()
        self._ended = {known: until for known, until in self._ended.items() if until > now}
        self._ended[session.id] = session.begun + ABSOLUTE

    def ended(self, session: Session) -> bool:
        return session.id in self._ended

    def cookie(self, session: Session) -> Cookie:
        """It goes with the browser's own session; how long it holds is written inside."""
        return replace(self._cookie(), value=self._seal.close(session))

    def no_cookie(self) -> Cookie:
        """What makes the browser forget it."""
        return replace(self._cookie(), value="", max_age=0)

    def csrf_token(self, session: Session) -> str:
        """What a form of this session carries, and nobody else can know."""
        digest = hmac.digest(self._csrf, session.id.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def is_csrf_token(self, session: Session, shown: object) -> bool:
        return isinstance(shown, str) and hmac.compare_digest(self.csrf_token(session).encode(), shown.encode())

    def _cookie(self) -> Cookie:
        return Cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=self._secure)
