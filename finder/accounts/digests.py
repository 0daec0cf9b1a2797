"""Keyed digests: what is kept instead of an address, a network or a secret."""

import hashlib
import ipaddress
from hashlib import blake2b

#: How much of an address is its network: a street rather than a house.
PREFIXES = {4: 24, 6: 48}


def keyed(secret_key: str, *words: str) -> str:
    """Give the digest of *words* under the instance's secret, 40 hexadecimal digits."""
    said = "\0".join(words).encode("utf-8", "replace")
    return blake2b(said, digest_size=20, key=secret_key.encode()[:64]).hexdigest()


def of_secret(secret: str) -> str:
    """Give what is kept of a secret of 256 bits: its SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def network_of(address: str) -> str:
    """Give the network that *address* lies in, as text; the text itself when it is no address.

    An IPv4 address that comes in the IPv6 form counts as what it is.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, PREFIXES[found.version]), strict=False))
