"""Who signs people in outside the installation, for a test: keys of several kinds, published over HTTP, and what no library would sign."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

NAME: Final = "https://login.example.test"
AUDIENCE: Final = "commonweal-example"
RSA: Final = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
EC: Final = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
STRANGER: Final = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})


class Published:
    """The keys that are published now, and how often they were asked for: without any there is no answer."""

    def __init__(self, *keys: Any) -> None:
        self.keys = keys
        self.address = ""
        self.asked = 0

    async def fetch(self) -> bytes:
        """As over HTTP."""
        self.asked += 1
        return self.body()

    def body(self) -> bytes:
        return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()


@contextmanager
def published(*keys: Any) -> Iterator[Published]:
    """Serve them on loopback until the end of the block."""
    made = Published(*keys)

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked += 1
            self.send_response(200 if made.keys else 503)
            self.end_headers()
            self.wfile.write(made.body())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 – the name is the library's
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_port}/keys"
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def claims(subject: str, tenant: object, **changed: Any) -> dict[str, Any]:
    """Good ones, but for what is changed; None leaves a claim out."""
    now = int(time.time())
    good = {"iss": NAME, "aud": AUDIENCE, "sub": subject, "tenant": tenant, "iat": now, "exp": now + 600, **changed}
    return {name: value for name, value in good.items() if value is not None}


def signed(said: dict[str, Any], key: Any = RSA, alg: str = "RS256", **header: Any) -> str:
    """As an issuer signs; None leaves a part of the header out."""
    named = {"alg": alg, "kid": "one", **header}
    return jwt.encode({name: value for name, value in named.items() if value is not None}, said, key, algorithms=[alg])


def by_hand(said: object, header: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """As no library does."""
    signing = part(json.dumps(header).encode()) + "." + part(json.dumps(said).encode())
    return f"{signing}.{part(sign(signing.encode()))}"


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
