"""A company with an identity provider of its own on this machine: by the standard, unless a test has it lie.

It checks what a careful provider checks: the client's secret, the redirect address, PKCE, and that a code is used once.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry

from app.platform.database import execute
from app.platform.random_ids import new_public_id, new_token
from app.teams.openid_rules import challenge_of
from app.teams.queries import TeamCard
from tests.worlds import NOW

CLIENT = "nahwerk"
SECRET = "sehr geheim: ä&%"
MINUTE = 60

_KEYS: list[RSAKey] = []


def a_key(number: int = 0) -> RSAKey:
    """One of a few keys that are made once: making one is slow."""
    while len(_KEYS) <= number:
        _KEYS.append(RSAKey.generate_key(2048, {"kid": f"k{len(_KEYS)}", "use": "sig", "alg": "RS256"}))
    return _KEYS[number]


Claims = dict[str, Any]


@dataclass
class Company:
    """`lie` changes the claims before they are signed, `sign` replaces signing, `said` changes the description."""

    clock: Callable[[], datetime]
    port: int = 0
    key: RSAKey = field(default_factory=a_key)
    said: dict[str, Any] = field(default_factory=dict)
    lie: Claims = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[Claims], str] | None = None
    userinfo: Claims | None = None
    is_down: bool = False
    codes: dict[str, tuple[dict[str, str], Claims]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/firma"

    def let_in(self, address: str, **claims: Any) -> str:
        """What the browser brings back, once somebody has signed in at the address it was sent to."""
        request = dict(parse_qsl(urlsplit(address).query))
        code = new_token()
        self.codes[code] = (request, claims)
        more = {"iss": self.issuer} if self.said.get("authorization_response_iss_parameter_supported") else {}
        return (
            f"{urlsplit(request['redirect_uri']).path}?{urlencode({'code': code, 'state': request['state'], **more})}"
        )

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Any]:
        self.asked.append(path)
        if self.is_down:
            return 503, {}
        if path == "/firma/.well-known/openid-configuration":
            return 200, self._description()
        if path == "/firma/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path == "/firma/token" and method == "POST":
            return self._token(headers, dict(parse_qsl(body.decode())))
        if path == "/firma/userinfo" and self.userinfo is not None:
            return (200, self.userinfo) if headers.get("authorization") == "Bearer zugriff" else (401, {})
        return 404, {}

    def _description(self) -> dict[str, Any]:
        more = {"userinfo_endpoint": f"{self.issuer}/userinfo"} if self.userinfo is not None else {}
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **more,
            **self.said,
        }

    def _token(self, headers: Mapping[str, str], form: dict[str, str]) -> tuple[int, Any]:
        pair = f"{CLIENT}:{'sehr%20geheim%3A%20%C3%A4%26%25'}"
        by_header = headers.get("authorization") == "Basic " + base64.b64encode(pair.encode()).decode()
        by_body = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if not (by_header or by_body):
            return 401, {"error": "invalid_client"}
        request, claims = self.codes.pop(form.get("code", ""), ({}, {}))
        is_same = request.get("redirect_uri") == form.get("redirect_uri")
        if not is_same or request.get("code_challenge") != challenge_of(form.get("code_verifier", "")):
            return 400, {"error": "invalid_grant"}
        now = int(self.clock().timestamp())
        told = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 5 * MINUTE,
            "nonce": request["nonce"],
            **claims,
            **self.lie,
        }
        told = {name: value for name, value in told.items() if value is not None}
        token = self.sign(told) if self.sign else signed(told, self.key, self.header)
        return 200, {"access_token": "zugriff", "token_type": "Bearer", "id_token": token}


def signed(claims: Claims, key: RSAKey, header: Mapping[str, Any] | None = None) -> str:
    names = {"alg": "RS256", "kid": key.kid, **(header or {})}
    registry = JWSRegistry(algorithms=[names["alg"]], strict_check_header=False)
    return jwt.encode(names, claims, key, registry=registry)


@asynccontextmanager
async def a_company(clock: Callable[[], datetime]) -> AsyncIterator[Company]:
    """Its provider stands on a port that the system chose."""
    company = Company(clock)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = first.split(" ")
        status, said = company.answer(method, path, headers, body)
        content = json.dumps(said).encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    company.port = server.sockets[0].getsockname()[1]
    try:
        yield company
    finally:
        server.close()


async def they_agree(team: TeamCard, issuer: str) -> None:
    """The keepers of the team's domains let this provider speak for their addresses."""
    await execute("UPDATE mail_domain SET issuer = $2 WHERE team = $1", team.id, issuer)


async def it_owns(team: TeamCard, domain: str) -> None:
    """The team has proved this domain to be its own."""
    await execute(
        "INSERT INTO mail_domain (public_id, team, domain, asked_of, salt, token_hash, asked_at, expires_at, proven_at)"
        " VALUES ($1, $2, $3, 'postmaster', 'x', $4, $5, $5, $5)",
        new_public_id(),
        team.id,
        domain,
        new_token().encode(),
        NOW,
    )
