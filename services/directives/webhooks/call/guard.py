"""Which addresses the hub calls for a platform: https on the public internet, and what its operator admits beside. Pure."""

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = frozenset({443, 8443})
LONGEST = 500
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?",
    re.ASCII,
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_INSIDE = frozenset({"localhost", "local", "localdomain", "internal", "intranet", "private", "corp", "home", "lan", "arpa", "onion"})
"""Last labels of names that mean something only inside a network."""

_CLOSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # private
        "100.64.0.0/10",  # carriers' NAT; the metadata of Alibaba Cloud is in it
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the metadata of Azure has a public address
        "169.254.0.0/16",  # link-local, and the metadata of most clouds
        "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  # protocols, examples
        "192.88.99.0/24",  # relays of 6to4
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/4", "240.0.0.0/4",  # multicast, reserved, broadcast
        "::/8",  # unspecified, loopback, and IPv4 inside IPv6: compatible, mapped, translated (::ffff:0:0:0/96)
        "64:ff9b::/96", "64:ff9b:1::/48",  # NAT64
        "100::/64", "2001::/23",  # discard; Teredo (2001::/32), ORCHID, benchmarks
        "2001:db8::/32", "3fff::/20",  # examples
        "2002::/16",  # 6to4
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",  # unique local, link-local, site-local, multicast
    )
)  # fmt: skip
_UNICAST = IPv6Network("2000::/3")
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""The upper half of an interface's id that holds an IPv4 address in its lower half."""


class Refused(ValueError):
    """Not an address that the hub calls. The text says why, and nothing of the network that the hub is in."""


class Endpoint(NamedTuple):
    """A URL that is in order as far as its letters tell. `host` is a name, or an address without brackets."""

    url: str
    host: str
    port: int
    secure: bool


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas. ValueError for anything else."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


class Guard:
    """`admitted` are the networks that an operator lets through, any port and http included: for tests and demonstrations."""

    def __init__(self, admitted: Iterable[Network] = ()) -> None:
        self._admitted = tuple(admitted)

    def endpoint(self, url: str) -> Endpoint:
        """What the letters say; Refused. Read strictly, so that no two parsers can read it differently."""
        found = _URL.fullmatch(url)
        if found is None or len(url) > LONGEST:
            raise Refused("is not a plain URL: https://host/path, in ASCII, without user, fragment or escapes in the host")
        secure = found["scheme"] == "https"
        port = int(found["port"] or (443 if secure else 80))
        end = Endpoint(url, _host(found["host"].lower()), port, secure)
        literal = _literal(end.host)
        if literal is not None:
            self.check(end, [str(literal)])
        elif not (secure and port in PORTS) and not self._admitted:
            raise Refused(_unlike(secure))
        return end

    def check(self, end: Endpoint, addresses: Iterable[str]) -> None:
        """Refused unless the hub may call every one of the addresses that the host has: one bad one is enough."""
        found = list(addresses)
        if not found:
            raise Refused("has no address")
        for address in found:
            if not self.admits(address, end.port, secure=end.secure):
                raise Refused("is not on the public internet" if not self._public(address) else _unlike(end.secure))

    def admits(self, address: str, port: int, *, secure: bool) -> bool:
        """Whether a connection to this address and port may be opened."""
        return self._let_through(address) or (secure and port in PORTS and self._public(address))

    def _let_through(self, address: str) -> bool:
        known = _read(address)
        return known is not None and any(known.version == network.version and known in network for network in self._admitted)

    def _public(self, address: str) -> bool:
        known = _read(address)
        if known is None or not known.is_global or any(known.version == closed.version and known in closed for closed in _CLOSED):
            return False
        return isinstance(known, IPv4Address) or (known in _UNICAST and (int(known) >> 32) & 0xFFFF_FFFF not in _ISATAP)


def _host(text: str) -> str:
    """The name, or the canonical form of an address; whatever only looks like an address to somebody is refused."""
    if text.startswith("["):
        try:
            return str(IPv6Address(text[1:-1]))
        except AddressValueError:
            raise Refused("has no IPv6 address in its brackets") from None
    labels = text.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(text))
        except AddressValueError:
            raise Refused("has a host that is a number, and not four decimal ones") from None
    if len(labels) < 2 or labels[-1] in _INSIDE:
        raise Refused("has a host that means something only inside a network")
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused("has a host that is no name of the DNS")
    return text


def _literal(host: str) -> Address | None:
    return _read(host)


def _read(address: str) -> Address | None:
    """None for what is no address, and for one of a scope: that is link-local whatever its digits are."""
    try:
        return None if "%" in address else ip_address(address)
    except ValueError:
        return None


def _unlike(secure: bool) -> str:
    return f"has a port other than {' and '.join(map(str, sorted(PORTS)))}" if secure else "is not https"
