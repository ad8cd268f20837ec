"""The canonical form of a url: two notations of one page become the same string, two pages never do."""

from __future__ import annotations

import re
import string
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

import idna

_PARAMETERS = tomllib.loads(Path(__file__).with_name("tracking_parameters.toml").read_text("utf-8"))
_TRACKING: frozenset[str] = frozenset(_PARAMETERS["exact"])
_TRACKING_PREFIXES: tuple[str, ...] = tuple(_PARAMETERS["prefixes"])

_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff\ud800-\udfff]")
_BARE_HOST = re.compile(r"(?:[^/?#:@.]{1,63}\.)+[^/?#:@.]{2,63}(?::\d{1,5})?(?:[/?#]|$)")
_ASCII_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")
_PATH_SAFE = "%/:@!$&'()*+,;=~[]"
_QUERY_SAFE = _PATH_SAFE + "?"
_SLASHES = re.compile(r"/{2,}")

# Hosts that show a page of the host behind the label: of telephones, of AMP, or the web itself.
_TWIN_LABELS = frozenset({"www", "m", "mobile", "amp", "wap"})
_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gob", "gov", "net", "ne", "or", "org"})
_AMP_CACHE = re.compile(r"/[a-z]/(?:s/)?([^/]+\..*)", re.DOTALL)
_GOOGLE_AMP = re.compile(r"/amp/(?:s/)?([^/]+\..*)", re.DOTALL)
_AMP_ENDING = re.compile(r"(?:/amp/?|\.amp)$")
_AMP_BEFORE_HTML = re.compile(r"\.amp\.html$")
_HOSTS_KEPT = 4096  # a stream comes from the same few thousand sites
_MOST_CACHES = 4  # a cache of a cache is seen seldom, more only in an attack
_DEFAULT_PORTS = frozenset({80, 443})


def canonical_url(url: str) -> str | None:
    """The canonical form of a web address, always `https`; None where it is none.

    Compared, not visited: a page without https is not reachable by it. Idempotent.
    """
    parts = _split(url)
    for _ in range(_MOST_CACHES):
        cached = parts and _behind_amp_cache(parts)
        if not cached:
            break
        parts = _split(cached)
    if parts is None:
        return None
    host = _host(parts.host)
    if host is None:
        return None
    return f"https://{host}{parts.port}{_path(parts.path)}{_query(parts.query)}{_fragment(parts.fragment)}"


@dataclass(frozen=True, slots=True)
class _Parts:
    host: str
    port: str
    path: str
    query: str
    fragment: str


def _split(url: str) -> _Parts | None:
    text = _UNSEEN.sub("", url) if " " not in url.strip() else _UNSEEN.sub("", url.strip().replace(" ", "%20"))
    if text.startswith("//"):
        text = f"https:{text}"
    elif _BARE_HOST.match(text):
        text = f"https://{text}"
    if not _SCHEME.match(text):
        return None
    try:
        split = urlsplit(text)
        port = split.port
    except ValueError:
        return None
    if split.scheme not in {"http", "https"} or not split.hostname:
        return None
    return _Parts(split.hostname, _port(port), split.path, split.query, _fragment_of(split))


def _port(port: int | None) -> str:
    return "" if port is None or port in _DEFAULT_PORTS else f":{port}"


def _fragment_of(split: SplitResult) -> str:
    """Only a fragment that a script turns into a page of its own tells pages apart."""
    return split.fragment if split.fragment.startswith(("!", "/")) else ""


def _behind_amp_cache(parts: _Parts) -> str | None:
    if "google." not in parts.host and "ampproject" not in parts.host:
        return None
    host = _host(parts.host) or ""
    if host.endswith(".cdn.ampproject.org"):
        found = _AMP_CACHE.fullmatch(parts.path)
    elif host.startswith("google."):
        found = _GOOGLE_AMP.fullmatch(parts.path)
    else:
        return None
    return f"https://{found[1]}?{parts.query}" if found else None


@lru_cache(maxsize=_HOSTS_KEPT)
def _host(host: str) -> str | None:
    if ":" in host:
        return f"[{host.lower()}]"
    labels = _ascii_host(host.rstrip("."))
    if labels is None:
        return None
    while _is_twin(labels):
        labels = labels[1:]
    return ".".join(labels)


def _ascii_host(host: str) -> list[str] | None:
    try:
        ascii_host = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    return ascii_host.split(".") if _ASCII_HOST.fullmatch(ascii_host) else None


def _is_twin(labels: list[str]) -> bool:
    if labels[0] not in _TWIN_LABELS or len(labels) < 3:
        return False
    return not (len(labels) == 3 and labels[1] in _SECOND_LEVELS)


def _path(path: str) -> str:
    clean = _SLASHES.sub("/", _escapes(path, _PATH_SAFE))
    clean = _without_dots(clean)
    while (shorter := _without_amp(clean).rstrip("/")) != clean:
        clean = shorter
    return clean


def _without_amp(path: str) -> str:
    return _AMP_BEFORE_HTML.sub(".html", _AMP_ENDING.sub("", path))


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "".join(f"/{segment}" for segment in kept)


def _query(query: str) -> str:
    kept = sorted(
        escaped
        for part in query.split("&")
        if part and not _is_tracking(part)
        if not _is_tracking(escaped := _escapes(part, _QUERY_SAFE))
    )
    return f"?{'&'.join(kept)}" if kept else ""


def _is_tracking(part: str) -> bool:
    name = part.partition("=")[0].lower()
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)


def _fragment(fragment: str) -> str:
    return f"#{_escapes(fragment, _QUERY_SAFE)}" if fragment else ""


def _escapes(text: str, safe: str) -> str:
    """One notation for each octet: unreserved characters plain, all else `%XX` in capitals."""
    if "%" in text:
        text = _ESCAPE.sub(_escape, text)
    return text if text.isascii() and '"' not in text and text.isalnum() else quote(text, safe=safe)


def _notation(octet: int) -> str:
    return chr(octet) if chr(octet) in _UNRESERVED else f"%{octet:02X}"


_NOTATIONS = {f"{octet:02X}": _notation(octet) for octet in range(256)}


def _escape(found: re.Match[str]) -> str:
    return "%25" if found[1] is None else _NOTATIONS[found[1].upper()]
