"""Which subscriber a request comes from: what anybody can do without signing in is counted by it."""

from ipaddress import ip_address, ip_network

from flask import request

#: the nearest that one subscriber has of an address: a single one of IPv4, a /64 of IPv6
_PREFIX = {4: 32, 6: 64}


def network() -> str:
    """The network that the request comes from, as far as one subscriber has it."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    address = getattr(address, "ipv4_mapped", None) or address  # else all of IPv4 would be one /64
    return str(ip_network((address, _PREFIX[address.version]), strict=False))
