"""Each care system has a letterbox of its own, with a key for each job that may open it.

NATS in operator mode: one account per ICS (named by its ODS code), one for the platform's own signals, one for the
server's administration. Every key is derived from the platform key, so nothing but that key is stored. The shapes of
the signed claims are those of nats-io/jwt, version 2.
"""

import base64
import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import nkeys
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from nats.aio.client import Client

SYSTEM: Final = "SYS"
PLATFORM: Final = "PLATFORM"


class ClaimsNotAccepted(Exception):  # noqa: N818 – named for what happened
    """The NATS server did not take an account's claims; the message carries its answer."""


@dataclass(frozen=True)
class Role:
    """What a job may publish and hear, beside its own inbox. `{ods}` stands for the ICS, `{trust}` for the trust whose account it is."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...] = ()


_READ: Final = (
    "$JS.API.STREAM.INFO.EVENTS",
    "$JS.API.STREAM.MSG.GET.EVENTS",
    "$JS.API.DIRECT.GET.EVENTS",
    "$JS.API.DIRECT.GET.EVENTS.>",
)
_SIGNALS: Final = ("wake.>", "changed.>", "health.>")

TENANT_ROLES: Final[Mapping[str, Role]] = {
    "onboard": Role(tuple(f"$JS.API.STREAM.{verb}" for verb in ("CREATE.*", "UPDATE.*", "INFO.*", "NAMES", "LIST"))),
    "relay": Role(("sp.{ods}.>", *_READ)),
    "integration": Role(
        (
            "$JS.API.STREAM.INFO.EVENTS",
            "$JS.API.CONSUMER.CREATE.EVENTS.>",
            "$JS.API.CONSUMER.DURABLE.CREATE.EVENTS.*",
            "$JS.API.CONSUMER.INFO.EVENTS.*",
            "$JS.API.CONSUMER.MSG.NEXT.EVENTS.*",
            "$JS.ACK.EVENTS.>",
        )
    ),
    # Reads in batches by a consumer that can have one name only, so that it cannot disturb an integration's.
    "reader": Role(
        (*_READ, *(f"$JS.API.CONSUMER.{verb}.EVENTS.reader" for verb in ("CREATE", "INFO", "MSG.NEXT", "DELETE")))
    ),
}
PLATFORM_ROLES: Final[Mapping[str, Role]] = {"process": Role(_SIGNALS, _SIGNALS)}
SYSTEM_ROLES: Final[Mapping[str, Role]] = {
    "claims": Role(("$SYS.REQ.CLAIMS.UPDATE",)),
    # Hears whom the server turned away or cut off. It may ask who the server is: to be allowed nothing is to be allowed all.
    "watch": Role(("$SYS.REQ.SERVER.PING.IDZ",), ("$SYS.SERVER.*.CLIENT.AUTH.ERR", "$SYS.ACCOUNT.*.DISCONNECT")),
    # How the server is set, for whoever measures it.
    "settings": Role(("$SYS.REQ.SERVER.PING.VARZ",)),
}


TRUST_ROLES: Final[Mapping[str, Role]] = {
    "onboard": Role(
        (
            *(f"$JS.API.STREAM.{verb}" for verb in ("CREATE.*", "UPDATE.*", "INFO.*")),
            "$JS.API.CONSUMER.CREATE.OUT_{trust}.{trust}",
        )
    ),
    "teller": Role(("out.{trust}.>",)),
    "intake": Role(
        (
            "$JS.API.CONSUMER.CREATE.INTAKE.intake.in.{trust}.hl7v2",
            "$JS.API.CONSUMER.MSG.NEXT.INTAKE.intake",
            "$JS.ACK.INTAKE.intake.>",
        )
    ),
    # Held outside the installation: what is told to the trust, and what it tells; nothing is asked of the server.
    "trust": Role(
        ("$JS.API.CONSUMER.MSG.NEXT.OUT_{trust}.{trust}", "$JS.ACK.OUT_{trust}.{trust}.>", "in.{trust}.>"),
    ),
}


def trust_account(ods: str, trust: str) -> str:
    """A trust's own account in an ICS. The server sends an answer to whatever subject it is asked to, unasked whether the one who
    asks may publish there: so nobody outside stands in the account in which EVENTS is."""
    return f"{ods}/{trust}"


def roles(account: str) -> Mapping[str, Role]:
    """The jobs there are in an account, by name."""
    if "/" in account:
        return TRUST_ROLES
    return {SYSTEM: SYSTEM_ROLES, PLATFORM: PLATFORM_ROLES}.get(account, TENANT_ROLES)


def inbox(role: str) -> str:
    """The prefix of a role's own inbox, so that no job reads the answers to another."""
    return f"_INBOX_{role}"


class _Connection(Client):
    """A connection that may be closed while the server is away, too."""

    async def close(self) -> None:
        """What waits to be sent to a server that is away is given up: it would be written to a closed transport, which uvloop refuses."""
        if not self.is_connected:
            self._pending, self._pending_data_size = [], 0
        await super().close()


@dataclass(frozen=True)
class Accounts:
    """The keys and claims of every account of one installation."""

    platform_key: bytes
    """32 bytes."""

    def operator_claims(self) -> str:
        """What the server trusts: goes into its configuration."""
        operator = self._key("operator", nkeys.PREFIX_BYTE_OPERATOR)
        signing = [_public(self._operator_signing())]
        claims = {
            "type": "operator",
            "system_account": self.account_id(SYSTEM),
            "signing_keys": signing,
            "strict_signing_key_usage": True,
        }
        return _signed(operator, _public(operator), "commonweal", claims)

    def account_id(self, account: str) -> str:
        """The public key by which the server knows an account."""
        return _public(self._key(f"account/{account}", nkeys.PREFIX_BYTE_ACCOUNT))

    def account_claims(self, account: str, revoked: Mapping[str, int] | None = None) -> str:
        """What an account may hold and its roles may do.

        `revoked`: role, or a user's public key → Unix time in seconds; credentials of that role made then or before are void.
        """
        known = roles(account)
        js = {} if account in (SYSTEM, PLATFORM) else _TRUST_LIMITS if known is TRUST_ROLES else _JETSTREAM
        users = {self._public_user(account, who) if who in known else who: at for who, at in (revoked or {}).items()}
        claims = {
            "type": "account",
            "limits": {**_UNLIMITED, "exports": -1, "imports": -1, "wildcards": True, "conn": -1, "leaf": 0, **js},
            "signing_keys": [self._scope(account, name, role) for name, role in known.items()],
            "revocations": users,
        }
        return _signed(self._operator_signing(), self.account_id(account), account, claims)

    def credentials(self, account: str, role: str) -> tuple[str, str]:
        """A user's token, made now, with the seed that proves it: (jwt, seed). KeyError if the account has no such role."""
        roles(account)[role]
        user = self._user(account, role)
        claims = {"type": "user", "issuer_account": self.account_id(account), "pub": {}, "sub": {}}
        return _signed(self._signing(account, role), _public(user), role, claims), user.seed.decode()

    def issued(self, account: str, role: str, key: str, name: str, until: int) -> str:
        """A token for somebody with a key of their own, of which we know the public half: good until a Unix time in seconds."""
        roles(account)[role]
        claims = {"type": "user", "issuer_account": self.account_id(account), "pub": {}, "sub": {}}
        return _signed(self._signing(account, role), key, name, claims, until)

    def server_configuration(self, accounts: Iterable[str] = (SYSTEM, PLATFORM)) -> str:
        """The lines by which a NATS server knows its operator and the accounts it starts with."""
        preload = "".join(f"  {self.account_id(name)}: {self.account_claims(name)}\n" for name in accounts)
        return f"operator: {self.operator_claims()}\nsystem_account: {self.account_id(SYSTEM)}\nresolver_preload {{\n{preload}}}\n"

    async def connect(self, url: str, account: str, role: str, **options: Any) -> Client:
        """A connection with a role's rights, kept up for ever: each reconnect brings a fresh token.

        `options` are those of `nats.aio.client.Client.connect`. Raises what that raises when the first connection fails.
        """
        user = self._user(account, role)

        def token() -> bytes:
            return self.credentials(account, role)[0].encode()

        client = _Connection()
        try:
            await client.connect(
                url,
                user_jwt_cb=token,
                signature_cb=lambda nonce: base64.b64encode(user.sign(nonce.encode())),
                inbox_prefix=inbox(role),
                **{"max_reconnect_attempts": -1, "reconnect_time_wait": 0.25, "ping_interval": 5, **options},
            )
        except BaseException:
            await client.close()
            raise
        return client

    def _key(self, purpose: str, kind: int) -> nkeys.KeyPair:
        return _pair(self.platform_key, purpose, kind)

    def _operator_signing(self) -> nkeys.KeyPair:
        return self._key("operator/signing", nkeys.PREFIX_BYTE_OPERATOR)

    def _signing(self, account: str, role: str) -> nkeys.KeyPair:
        return self._key(f"account/{account}/{role}", nkeys.PREFIX_BYTE_ACCOUNT)

    def _user(self, account: str, role: str) -> nkeys.KeyPair:
        return self._key(f"user/{account}/{role}", nkeys.PREFIX_BYTE_USER)

    def _public_user(self, account: str, role: str) -> str:
        return _public(self._user(account, role))

    def _scope(self, account: str, name: str, role: Role) -> dict[str, Any]:
        ods, _, trust = account.partition("/")
        template = {
            "pub": {"allow": [subject.format(ods=ods, trust=trust) for subject in role.publish]},
            "sub": {"allow": [f"{inbox(name)}.>", *(s.format(ods=ods, trust=trust) for s in role.subscribe)]},
            **_UNLIMITED,
        }
        return {"kind": "user_scope", "key": _public(self._signing(account, name)), "role": name, "template": template}


async def push(system: Client, claims: str) -> None:
    """Tell the server an account's claims, over a connection with the role `claims` of the system account.

    Raises ClaimsNotAccepted with the server's reason, TimeoutError when it does not answer within 5 s.
    """
    answer = json.loads((await system.request("$SYS.REQ.CLAIMS.UPDATE", claims.encode(), timeout=5)).data)
    if answer.get("data", {}).get("code") != 200:
        reason = answer.get("error", {}).get("description") or answer.get("data", {}).get("message") or answer
        raise ClaimsNotAccepted(f"the NATS server did not take the claims: {reason}")


_UNLIMITED: Final = {"subs": -1, "data": -1, "payload": -1}
_JETSTREAM: Final = {"mem_storage": 0, "disk_storage": -1, "streams": -1, "consumer": -1, "max_ack_pending": -1}
_TRUST_LIMITS: Final = {**_JETSTREAM, "streams": 2, "consumer": 2}
"""How much lies in a trust's streams is said of each stream: of what is said of an account, a server with too little room for it
turns JetStream off there and says so in its log alone."""


def new_user() -> tuple[str, str]:
    """A key made now for somebody outside: (public half, seed). Neither can be made again from the platform key."""
    pair = nkeys.from_seed(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER))
    return _public(pair), pair.seed.decode()


def creds(token: str, seed: str) -> str:
    """A file as NATS clients read it."""
    return (
        f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )


@cache
def _pair(platform_key: bytes, purpose: str, kind: int) -> nkeys.KeyPair:
    raw = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"commonweal nats {purpose}".encode()).derive(
        platform_key
    )
    return nkeys.from_seed(nkeys.encode_seed(raw, kind))


def _public(pair: nkeys.KeyPair) -> str:
    found: str = pair.public_key.decode()
    return found


def _signed(issuer: nkeys.KeyPair, subject: str, name: str, claims: Mapping[str, Any], until: int | None = None) -> str:
    body: dict[str, Any] = {
        "iss": _public(issuer),
        "sub": subject,
        "name": name,
        "iat": int(time.time()),
        **({} if until is None else {"exp": until}),
        "nats": {**claims, "version": 2},
    }
    body["jti"] = base64.b32encode(hashlib.sha256(json.dumps(body).encode()).digest()).rstrip(b"=").decode()
    text = f"{_part({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{_part(body)}"
    return f"{text}.{_plain(issuer.sign(text.encode()))}"


def _part(content: Mapping[str, Any]) -> str:
    return _plain(json.dumps(content, separators=(",", ":")).encode())


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
