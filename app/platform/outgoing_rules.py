"""Which addresses may be asked at all when others have typed them in. Pure."""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LONGEST_URL: Final = 500

_REFUSED_4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
"""What IANA keeps for special purposes (RFC 6890 and its registry): private, shared (CGNAT), loopback, link-local,
documentation, multicast and what is reserved."""

_OPEN_6: Final = ipaddress.IPv6Network("2000::/3")
_REFUSED_6: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
"""Of what is given out at all: special purposes, documentation, and addresses that carry an IPv4 one (6to4, Teredo)."""

_OWN_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class TargetRefused(Exception):
    """The address may not be asked; `why` is a stable word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Target:
    """An address in its parts; `is_own_machine` where it names this machine, and that is allowed."""

    scheme: str
    host: str
    port: int
    path: str
    is_own_machine: bool

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": 443, "http": 80}[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, *, own_machine: bool = False) -> Target:
    """The address in its parts. Raises TargetRefused for anything but https to a host that may be asked by its name."""
    if len(url) > LONGEST_URL or not url.isascii() or any(letter <= " " or letter in '\\"<>' for letter in url):
        raise TargetRefused("url_unusable")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise TargetRefused("url_unusable") from error
    if not host or parts.username is not None or parts.password is not None or "%" in host:
        raise TargetRefused("url_unusable")
    is_own = own_machine and host in _OWN_NAMES
    if parts.scheme != "https" and not (is_own and parts.scheme == "http"):
        raise TargetRefused("https_only")
    if not is_own and not _may_be_asked(host):
        raise TargetRefused("address_refused")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path, is_own)


def is_open_internet(address: str) -> bool:
    """Whether this is an address that anybody could have; an IPv4 one in IPv6 clothes counts as what it carries."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in _REFUSED_4)
    if parsed.ipv4_mapped is not None:
        return is_open_internet(str(parsed.ipv4_mapped))
    return parsed in _OPEN_6 and not any(parsed in network for network in _REFUSED_6)


def is_own_machine(address: str) -> bool:
    """Whether this is a loopback address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _may_be_asked(host: str) -> bool:
    """A name with a dot that is no private one, or an address of the open internet."""
    if ":" in host or host.replace(".", "").isdigit():
        return is_open_internet(host)
    return "." in host and not host.endswith((".localhost", ".local", ".internal", ".home.arpa", ".onion"))
