"""Addresses: which of them are none of the public internet's, and are asked for nothing that a site says.

A link, a redirect or a name server could otherwise lead a reader into somebody's own network.
"""

import ipaddress

_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        # IANA's registry of special addresses, where the standard library takes them for public.
        "192.0.0.0/24",  # RFC 6890: protocols' own; some clouds have their metadata service there
        "192.88.99.0/24",  # RFC 7526: relays of 6to4, withdrawn
        "192.31.196.0/24",  # RFC 7535: AS112
        "192.52.193.0/24",  # RFC 7450: AMT
        "192.175.48.0/24",  # RFC 7534: AS112
        "::/96",  # RFC 4291: IPv4 within IPv6, withdrawn
        "::ffff:0:0:0/96",  # RFC 7915: IPv4 translated
        "64:ff9b:1::/48",  # RFC 8215: translation within a network
        "2001::/23",  # RFC 2928: protocols' own, Teredo among them
        "2620:4f:8000::/48",  # RFC 7534: AS112
        "3fff::/20",  # RFC 9637: documentation
        "5f00::/16",  # RFC 9602: segment routing
        "fec0::/10",  # RFC 3879: sites' own, withdrawn
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""


def is_refused(address: str) -> bool:
    """Whether an address is none of the public internet's. IPv4 inside IPv6 is looked at as IPv4."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        embedded = (
            found.ipv4_mapped
            or found.sixtofour
            or (ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None)
        )
        if embedded is not None:
            return is_refused(str(embedded))
    return not found.is_global or found.is_multicast or any(found in network for network in _SPECIAL)
