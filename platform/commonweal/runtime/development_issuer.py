"""The development issuer: on a machine of one's own, anyone may say who they are.

It signs people in as any other issuer does, by authorisation code, only that its page asks who one would like to be.
"""

import re
import secrets as random
import time
from datetime import timedelta
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.domain.message import Refused
from commonweal.runtime import secrets
from commonweal.runtime.identity import Issuer, Keys
from commonweal.runtime.settings import Settings

NAME: Final = "https://development.commonweal.invalid"
"""Its name in `iss`. Without host and port: a user's id is made from it, and their grants outlive a change of port."""
AUDIENCE: Final = "commonweal"
JWKS: Final = "/development/jwks.json"
AUTHORIZE: Final = "/development/authorize"
TOKEN: Final = "/development/token"  # noqa: S105 – an address
LONGEST: Final = timedelta(hours=24)
_SUBJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_TEN_DIGITS: Final = re.compile(r"\d{10}")
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256 (FIPS 186-5): private keys are 1 to this, less one."""


class DevelopmentIssuer:
    """Signs with a key made from the platform key: each process of an installation is the same issuer, and no file is kept."""

    def __init__(self, settings: Settings, platform_key: bytes) -> None:
        """Raises Refused where real people's data may be: with outside servers, or in production."""
        if settings.environment == "production" or settings.database_url or settings.nats_url:
            raise Refused(
                "the development issuer lets anyone be anyone, so it does not start in production or with outside servers: "
                "COMMONWEAL_OIDC_ISSUER must name a real one"
            )
        self._address = settings.address
        number = int.from_bytes(secrets.derive(platform_key, "development issuer")) % (_ORDER - 1) + 1
        key = ec.derive_private_key(number, ec.SECP256R1())
        self._key = ECKey(key, key, {"use": "sig", "alg": "ES256"})

    @property
    def jwks(self) -> bytes:
        """Its public key as a JSON Web Key Set."""
        public = self._key.as_dict(private=False)
        return msgspec.json.encode({"keys": [{**public, "kid": self._key.thumbprint()}]})

    def issue(
        self,
        subject: str,
        tenant: str,
        lifetime: timedelta = timedelta(hours=8),
        audience: str = AUDIENCE,
        name: str = "",
        nonce: str | None = None,
    ) -> str:
        """A bearer token for an invented user. Raises Refused for a subject that could be a real person's."""
        if not _SUBJECT.fullmatch(subject) or _TEN_DIGITS.fullmatch(subject):
            raise Refused(
                "subject must be an invented name such as demo-amber: letters, digits and . _ : - only, and no NHS number"
            )
        if not timedelta(0) < lifetime <= LONGEST:
            raise Refused("a token's lifetime must be more than nothing and at most 24 hours")
        now = int(time.time())
        claims = {
            "iss": NAME,
            "aud": audience,
            "sub": subject,
            "tenant": tenant,
            "name": name or subject,
            "iat": now,
            "nbf": now,
            "exp": now + int(lifetime.total_seconds()),
            "jti": random.token_urlsafe(12),
            **({} if nonce is None else {"nonce": nonce}),
        }
        return jwt.encode({"alg": "ES256", "kid": self._key.thumbprint()}, claims, self._key, algorithms=["ES256"])

    def trusted(self) -> Issuer:
        """Itself as one whose tokens are accepted; its keys are at hand, nothing is fetched."""

        async def own() -> bytes:
            return self.jwks

        return Issuer(NAME, AUDIENCE, Keys(own, rest=0))

    def routes(self) -> list[HTTPRouteHandler]:
        """Where others find its public key. The name is no address, so `issuer` and the place of this page differ."""

        @get("/.well-known/openid-configuration", sync_to_thread=False)
        def configuration() -> dict[str, object]:
            return {
                "issuer": NAME,
                "jwks_uri": self._address + JWKS,
                "authorization_endpoint": self._address + AUTHORIZE,
                "token_endpoint": self._address + TOKEN,
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
            }

        @get(JWKS, sync_to_thread=False)
        def keys() -> Response[bytes]:
            return Response(self.jwks, media_type="application/jwk-set+json")

        return [configuration, keys]
