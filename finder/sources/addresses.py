"""Which network addresses a source may live at: public ones only, whatever form they come in.

``ipaddress`` calls many addresses global that lead inside: IPv4 wrapped into IPv6 by mapping, 6to4, Teredo, NAT64 or
compatibility. They are unwrapped first, and what is inside is judged.
"""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.IPv6Network("::/96")
#: Reserved for protocols and relays (RFC 6890, RFC 7526); Python 3.11 takes them for global.
_SPECIAL = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("192.88.99.0/24"))
_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")  # RFC 9637; Python 3.11 takes it for global
_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that was ever given out (RFC 4291)
_LOW_32_BITS = 0xFFFFFFFF


def is_public(address: Address) -> bool:
    """Whether *address*, and every address wrapped in it, is a global unicast one."""
    if isinstance(address, ipaddress.IPv4Address):
        special = any(address in network for network in _SPECIAL)
        return address.is_global and not (special or address.is_multicast or address.is_reserved)
    wrapped = _wrapped(address)
    if wrapped is not None:
        return all(is_public(inner) for inner in wrapped)
    plain = address.is_global and not (address.is_multicast or address.is_reserved or address.is_site_local)
    return plain and address.scope_id is None and address in _UNICAST and address not in _DOCUMENTATION


def _wrapped(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...] | None:
    """The IPv4 addresses inside, or None when there is none."""
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        return (ipaddress.IPv4Address(int(address) & _LOW_32_BITS),)
    return None
