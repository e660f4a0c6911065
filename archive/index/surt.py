"""SURT: the Sort-friendly URI Rewriting Transform, by which an index is sorted and looked up.

There is no standard, but there is one behaviour that every index of the field is built with:
that of the Internet Archive's
canonicaliser, which cdxj-indexer and pywb use as the package `surt` (0.3).
This gives the same keys, which tests hold against it.
A key that differs from theirs in one byte is a page that a replay tool does not find.

Two steps, in this order. Safe Browsing's canonical form:
no fragment, percent-escapes undone again and again and then redone once,
dot segments and empty segments removed, host in ASCII, numeric hosts as dotted quads. Then the Archive's folding:
lower case,
no `www.`, no default port, no user, no session id, no trailing slash, query arguments sorted.

Deviation: a host that only looks numeric (`1.2.3.999`) stays as it is; the package asks the resolver.
"""

import re
import socket
from urllib.parse import SplitResultBytes, quote_from_bytes, unquote_to_bytes

_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*:")
_SCHEMES = re.compile(rb"(?:https?://)*(https?://)")
_PARTS = re.compile(rb"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
_WWW = re.compile(rb"www\d*\.")
_NUMERIC = re.compile(rb"(?:0[0-7]*(?:\.[0-7]+){0,3}|[1-9][0-9]*(?:\.[0-9]+){0,3})")
_KEPT = b"!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~"
"""Characters that are never escaped, beside letters and digits: all printable ones but the space, `%` and `#`."""
_DEFAULT_PORTS = {b"http": 80, b"https": 443}

_PATH_SESSIONS = (
    re.compile(rb"(?P<before>.*/)\((?:[a-z]\([0-9a-z]{24}\))+\)/(?P<after>[^?]+\.aspx.*)", re.IGNORECASE | re.DOTALL),
    re.compile(rb"(?P<before>.*/)\([0-9a-z]{24}\)/(?P<after>[^?]+\.aspx.*)", re.IGNORECASE | re.DOTALL),
)
"""ASP.NET's session ids in a path, of both its generations."""
_QUERY_SESSIONS = tuple(
    re.compile(rb"(?P<before>.*)" + session + rb"(?:&(?P<after>.*))?", re.IGNORECASE | re.DOTALL)
    for session in (
        rb"jsessionid=[0-9a-z]{32}",
        rb"phpsessid=[0-9a-z]{32}",
        rb"sid=[0-9a-z]{32}",
        rb"aspsessionid[a-z]{8}=[a-z]{24}",
        rb"cfid=[^&]+&cftoken=[^&]+",
    )
)
"""Session ids in a query; each ends an argument."""


def format_surt(uri: str) -> str:
    """The key of a URI: host reversed, then port, path and query. A URI that cannot be taken apart is its own key."""
    data = uri.encode("utf-8", "surrogateescape")
    if not data:
        return "-"
    if data.startswith(b"filedesc"):
        return uri
    try:
        return _transform(data).decode("utf-8", "surrogateescape")
    except ValueError:  # a port that is no number, a bracket that does not close
        return uri


def _transform(uri: bytes) -> bytes:
    uri = re.sub(rb"[\n\r\t]", b"", uri.strip())
    if not uri:
        raise ValueError("expected a URI, got white space")
    if not _SCHEME.match(uri):
        uri = b"http://" + uri
    if doubled := _SCHEMES.match(uri):  # what people paste: http://https://example.org/
        uri = doubled[1] + uri[doubled.end() :]
    match = _PARTS.fullmatch(uri)
    assert match is not None
    scheme, netloc, path, query = (part or b"" for part in match.groups())
    authority = SplitResultBytes(scheme, netloc.rstrip(b":") if netloc.endswith(b":") else netloc, b"", b"", b"")
    host, port = authority.hostname or b"", authority.port
    if not host and path and scheme.startswith(b"http"):
        host, _, rest = path.lstrip(b"/").partition(b"/")
        path = b"/" + rest
    host = _canonical_host(host)
    path = _fold_path(_normalize_path(_unescape(path)) if host else _unescape(path))
    query = _fold_query(_escape(_unescape(query)))
    query = b"?" + query if query else b""
    if not host:
        return scheme + b":" + (path or (query and b"/")) + query
    if scheme != b"dns" and (www := _WWW.match(host)):
        host = host[www.end() :]
    if not host:
        return scheme + b":" + path + query
    stated = b":%d" % port if port and port != _DEFAULT_PORTS.get(scheme.lower()) else b""
    return b",".join(reversed(host.split(b"."))) + stated + b")" + path + query


def _unescape(data: bytes) -> bytes:
    while (plain := unquote_to_bytes(data)) != data:
        data = plain
    return data


def _escape(data: bytes) -> bytes:
    return quote_from_bytes(data, safe=_KEPT).encode("ascii") if data else data


def _canonical_host(host: bytes) -> bytes:
    if not host:
        return host
    host = _unescape(host)
    if not host.isascii():
        try:
            host = host.decode("utf-8", "ignore").encode("idna")
        except ValueError:
            pass  # no legal domain name: its bytes, escaped, still make a key
    host = host.replace(b"..", b".").strip(b".")
    return _dotted_quad(host) or _escape(host).lower()


def _dotted_quad(host: bytes) -> bytes | None:
    """An IPv4 address in any of the notations that C libraries read; None for any other host."""
    if host.isdigit():
        return socket.inet_ntoa((int(host) & 0xFFFFFFFF).to_bytes(4, "big")).encode("ascii")
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(host.decode("ascii"))).encode("ascii")
    except OSError:
        return None


def _normalize_path(path: bytes) -> bytes:
    """Without `.`, `..` and empty segments; a slash at the end stays."""
    kept: list[bytes] = []
    for segment in path.split(b"/")[1:]:
        if segment == b"." or (segment == b".." and kept):
            if segment == b"..":
                kept.pop()
        else:
            kept.append(segment)
    if not kept:
        return b"/"
    return b"/" + b"".join(segment + b"/" for segment in kept[:-1] if segment) + kept[-1]


def _fold_path(path: bytes) -> bytes:
    path = _strip_sessions(_escape(path).lower(), _PATH_SESSIONS)
    return path[:-1] if path.endswith(b"/") and len(path) > 1 else path


def _fold_query(query: bytes) -> bytes:
    query = _strip_sessions(query, _QUERY_SESSIONS).lower()
    arguments = query.split(b"&")
    arguments.sort(key=_name_and_value)
    return b"&".join(arguments)


def _name_and_value(argument: bytes) -> list[bytes]:
    """An argument without `=` comes before the same with an empty value."""
    return argument.split(b"=", 1)


def _strip_sessions(text: bytes, patterns: tuple[re.Pattern[bytes], ...]) -> bytes:
    for pattern in patterns:
        if match := pattern.fullmatch(text):
            text = match["before"] + (match["after"] or b"")
    return text
