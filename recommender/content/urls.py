"""
The identity of an address: two spellings of one page have one canonical URL.

Written here rather than taken from a library: the URL libraries that we looked at keep scheme, ``www.`` and AMP forms,
which is right for a crawler and wrong for the question whether two addresses show the same article.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urlsplit

import idna

from recommender.bounds import LONGEST_ADDRESS

#: Query parameters that say where a click came from, never which page is meant. Source: the list that the Brave
#: browser strips (brave-core, components/query_filter/utils.cc), and Google's, Microsoft's and Yahoo's parameters,
#: which Brave leaves to campaigns.
_TRACKING = frozenset(
    """
    __hsfp __hssc __hstc __s _bhlid _branch_match_id _branch_referrer _ga _gl _hsenc _hsmi _kx _openstat
    at_recipient_id at_recipient_list bbeml bsft_clkid bsft_uid dclid dm_i et_rid fb_action_ids fb_comment_id fbclid
    gbraid gclid gclsrc guccounter guce_referrer guce_referrer_sig hsctatracking igsh igshid irclickid mc_cid mc_eid
    mkt_tok ml_subscriber ml_subscriber_hash msclkid ocid oft_c oft_ck oft_d oft_id oft_ids oft_k oft_lk oft_sk
    oly_anon_id oly_enc_id rb_clickid s_cid sc_customer sc_eh sc_uid srsltid ss_email_id twclid ttclid
    unicorn_click_id vero_conv vero_id vgo_ee wbraid wickedid yclid ymclid ysclid
    """.split()
)
#: Google's, Matomo's and HubSpot's campaigns.
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_")

_ADDRESS = re.compile(r"(?:(https?):)?//([^/?#]*)", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
#: x-com.cdn.ampproject.org/c/s/x.com/...: the letter is the kind of document, `s` says https.
_AMP_CACHE = re.compile(r"/(?:[a-z]/)?(?:s/)?([^/?]+\.[^/?]+)([/?].*)?$")
_AMP_VIEWER = re.compile(r"/amp/(?:s/)?([^/?]+\.[^/?]+)([/?].*)?$")
_AMP_PART = re.compile(r"/(?:\.?amp|google-amp)(?=/|$)|\.amp(?:(?=\.html$)|$)")
_AMP_QUERIES = frozenset({"amp", "amp=", "amp=1", "amp=true", "context=amp", "outputtype=amp"})
#: What follows a number sign is a place on a page; a slash behind it begins the route of another page.
_FRAGMENT = re.compile(r"#(?!/).*", re.DOTALL)
_INDEX = re.compile(r"/index\.(?:html?|php)$")
_SLASHES = re.compile(r"//+")
_PLAIN = re.compile(r"[A-Za-z0-9/_.~!$&'()*+,;=:@-]*")
_ESCAPE, _ESCAPES = re.compile(r"(%[0-9A-Fa-f]{2})"), re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
#: What may stand in a path or a query unescaped (RFC 3986, sections 3.3 and 3.4); `%` stands for escapes kept.
_SAFE = "/!$&'()*+,;=:@?%"
#: Escapes that must stay: an escaped `/`, `?` or `%` is not the character (RFC 3986, section 2.2).
_RESERVED = frozenset(b"/?#[]@!$&'()*+,;=:% ")


@lru_cache(maxsize=1 << 16)
def is_address(text: str) -> bool:
    """Whether a text is a full address: ``https://...`` or ``//...``."""
    return _ADDRESS.match(text.lstrip()) is not None


@lru_cache(maxsize=1 << 18)
def canonical_url(url: str) -> str:
    """
    The identity of an address: equal for all spellings of one page.

    It is ``https://host/path?query`` for an address, ``/path?query`` for a path below the site, "" for an empty text,
    and itself for a canonical URL. Folded are the scheme, ``www.``, AMP forms, tracking parameters and the order of
    parameters, trailing and doubled slashes, ``index.html``, default ports, the case of the host, fragments,
    international host names and percent-encoding. The case of a path is kept: servers may tell ``/Tea`` from ``/tea``.
    """
    url = url.strip()
    if len(url) > LONGEST_ADDRESS:
        # No page has it, and each spelling is looked for again in what is left of it.
        return url
    while True:
        url = url.replace("\\", "/")
        found = _ADDRESS.match(url)
        if found is None:
            if _OTHER_SCHEME.match(url):
                return url
            return _canonical_path(_FRAGMENT.sub("", url)) or ("/" if url.startswith("/") else "")
        host = _canonical_host(found[2])
        rest = _FRAGMENT.sub("", url[found.end() :])
        path = _canonical_path(rest)
        inner = None
        if host.endswith("ampproject.org"):
            inner = _AMP_CACHE.match(path)
        elif host.startswith("google."):
            inner = _AMP_VIEWER.match(rest)
        if inner is None:
            return f"https://{host}{path}"
        url = f"https://{inner[1]}{inner[2] or ''}"


@lru_cache(maxsize=1 << 12)
def _canonical_host(host: str) -> str:
    host = "".join(host.lower().split())
    # A loop, since a regular expression looks from every colon to the end again.
    while (shorter := host.rstrip(".:").removesuffix(":80").removesuffix(":443")) != host:
        host = shorter
    # Before and after: a host that is too long for the standard with its prefixes may be none without them.
    host = _without_prefixes(host)
    if not host.isascii():
        try:
            # A full stop of Chinese and Japanese is a plain one then.
            host = idna.encode(host, uts46=True).decode("ascii").rstrip(".")
        except idna.IDNAError:
            host = unicodedata.normalize("NFC", host)
    return _without_prefixes(host)


def _without_prefixes(host: str) -> str:
    while host.startswith(("www.", "amp.")) and "." in host[4:]:
        host = host[4:]
    return host


def _canonical_path(rest: str) -> str:
    """A path and its query; "" for the root."""
    path, _, query = rest.partition("?")
    if "%" in path or not _PLAIN.fullmatch(path):
        path = _fold_escapes(path)
    if "//" in path:
        path = _SLASHES.sub("/", path)
    path = path.rstrip("/")
    while "amp" in path or "index." in path:
        # A path that is nothing but /amp is a page of that name, or the front page's: left alone.
        shorter = _INDEX.sub("", _AMP_PART.sub("", path).rstrip("/") or path).rstrip("/")
        if shorter == path:
            break
        path = shorter
    if query:
        kept = sorted(_fold_escapes(part) for part in query.split("&") if part and not _is_noise(part))
        if kept:
            return f"{path or '/'}?{'&'.join(kept)}"
    return path


def _is_noise(parameter: str) -> bool:
    parameter = parameter.lower()
    name = parameter.partition("=")[0]
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES) or parameter in _AMP_QUERIES


def _fold_escapes(text: str) -> str:
    """One spelling of the characters of a path or query: unreserved ones plain, all others as UTF-8 escapes."""
    text = _ESCAPES.sub(lambda found: _fold_escape(found[0]), _STRAY_PERCENT.sub("%25", text))
    # A letter and its accent are one, however each is written; the last digit of an escape that stays is no letter.
    text = "".join(unicodedata.normalize("NFC", part) for part in _ESCAPE.split(text))
    # JSON can hold half a character, which has no UTF-8 of its own.
    return quote(text, safe=_SAFE, errors="surrogatepass")


def _fold_escape(escapes: str) -> str:
    raw = unquote_to_bytes(escapes)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return escapes.upper()
    return "".join(quote(c, safe="") if c.isascii() and ord(c) in _RESERVED else c for c in text)


def safe_link(url: str, site_url: str = "") -> str:
    """An address that a click may open, made whole by the site's; "" for any other, such as ``javascript:``."""
    url = url.strip()
    if url.startswith("/") and not url.startswith("//"):
        url = f"{site_url.rstrip('/')}{url}" if site_url else ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


#: The addresses of a machine's own server, and of previews: where editors look at a site before it is public.
_LOCAL = re.compile(
    r"(?:https?:)?//(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|[\w.-]+\.(?:localhost|local|test)"
    r"|192\.168\.\d+\.\d+|[\w.-]+--[\w-]+\.netlify\.app|[\w.-]+-git-[\w.-]+\.vercel\.app|[\da-f]{8}\.[\w-]+\.pages\.dev"
    r"|[\w.-]+\.ngrok(?:-free)?\.(?:io|app|dev))(?::\d+)?(?=[/?#]|$)",
    re.IGNORECASE,
)
#: A host that stages a site has so many names before the site's own at most.
_MOST_LABELS = 4


@lru_cache(maxsize=1 << 16)
def below_local_host(address: str) -> str:
    """An address of a machine's own server as a path of the site; any other text as it is."""
    found = _LOCAL.match(address.strip())
    return f"/{address.strip()[found.end() :].lstrip('/')}" if found else address


@lru_cache(maxsize=1 << 16)
def spellings(address: str) -> tuple[str, ...]:
    """The canonical URL of an address; without its query; and those of the hosts that its own host may stage."""
    canonical = canonical_url(address)
    plain = canonical.partition("?")[0]
    urls = [canonical] if plain == canonical or plain in ("", "/") else [canonical, plain]
    found = urls.copy()
    for url in urls:
        scheme, _, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        labels = host.split(".")
        for start in range(1, min(len(labels) - 1, _MOST_LABELS)):
            found.append(f"{scheme}://{'.'.join(labels[start:])}{slash}{path}")
    return tuple(found)
