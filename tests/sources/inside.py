"""Addresses that lead inside, in every form a resolver, a URL or an IPv6 wrapper has for them."""

import ipaddress
from collections.abc import Iterator

#: Loopback, unspecified, private, shared, link-local, metadata, benchmark, documentation, multicast, broadcast.
INSIDE_4 = (
    "127.0.0.2",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - as a source's address
    "0.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "169.254.169.254",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
)
INSIDE_6 = (
    "::1",
    "::",
    "fd00:ec2::254",
    "fc00::1",
    "fe80::1",
    "febf::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "100::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
)
#: IPv4 addresses that are wrapped and written in other ways: loopback, private, metadata.
TOLD_OTHERWISE = ("127.0.0.2", "10.0.0.1", "172.16.0.1", "169.254.169.254", "192.168.0.1", "100.64.0.1")


def wrapped(address: str) -> Iterator[str]:
    """IPv6 addresses that an IPv4 address travels in: mapped, compatible, 6to4, Teredo (both ends), NAT64 (both)."""
    number = int(ipaddress.IPv4Address(address))
    high, low = number >> 16, number & 0xFFFF
    flipped = number ^ 0xFFFFFFFF
    yield f"::ffff:{address}"
    yield f"::ffff:{high:x}:{low:x}"
    yield f"::{address}"
    yield f"2002:{high:x}:{low:x}::1"
    yield f"2001:0:{high:x}:{low:x}::1"
    yield f"2001:0:808:808:0:0:{flipped >> 16:x}:{flipped & 0xFFFF:x}"
    yield f"64:ff9b::{high:x}:{low:x}"
    yield f"64:ff9b:1::{high:x}:{low:x}"


def written(address: str) -> Iterator[str]:
    """Hosts that resolvers take for an IPv4 address: one number or four, decimal, octal, hexadecimal, short, dotted."""
    number = int(ipaddress.IPv4Address(address))
    parts = [int(part) for part in address.split(".")]
    yield str(number)
    yield hex(number)
    yield f"0{number:o}"
    yield ".".join(f"0{part:o}" for part in parts)
    yield ".".join(hex(part) for part in parts)
    yield f"{hex(parts[0])}.{parts[1]}.0{parts[2]:o}.{parts[3]}"
    yield f"{parts[0]}.{number & 0xFFFFFF}"
    yield f"{parts[0]}.{parts[1]}.{number & 0xFFFF}"
    yield f"{address}."
    yield f"%{ord(address[0]):x}{address[1:]}"
    yield address.replace(".", "\u3002")
    yield address.replace(".", "\uff0e")
    yield "".join(chr(ord(digit) - 0x30 + 0xFF10) if digit.isdigit() else digit for digit in address)


def _urls() -> Iterator[str]:
    for address in INSIDE_4:
        yield f"http://{address}/"
    for address in INSIDE_6:
        yield f"http://[{address}]/"
    for address in TOLD_OTHERWISE:
        yield from (f"http://[{inner}]/" for inner in wrapped(address))
        yield from (f"http://{host}/" for host in written(address))
    for address in ("127.0.0.2", "169.254.169.254"):
        yield f"https://{address}/"
        yield f"http://{address}:443/"
        yield f"http://{address}:{{port}}/"
        yield f"http://example.org@{address}:{{port}}/"
        yield f"http://example.org:80@{address}:{{port}}/"
        yield f"http://@{address}:{{port}}/"
        yield f"http://{address}:{{port}}#@example.org/"
        yield f"http://{address}:{{port}}?@example.org/"
        yield f"http://example.org\\@{address}:{{port}}/"
        yield f"http://[::ffff:{address}]:{{port}}/"
        yield f"//{address}:{{port}}/"
        yield f"http:{address}:{{port}}/"
        yield f"http:///{address}:{{port}}/"
    yield from (f"http://{name}:{{port}}/" for name in ("localhost", "LOCALHOST", "localhost.", "ip6-localhost"))
    yield from (f"{scheme}://127.0.0.2:{{port}}/" for scheme in ("file", "ftp", "gopher", "dict", "ldap", "ws", "jar"))


#: URLs that must not be connected to; ``{port}`` is where somebody listens who must not be asked.
URLS = tuple(dict.fromkeys(_urls()))
