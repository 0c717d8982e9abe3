import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.content.urls import canonical_url, is_address

SAME = {
    "https://example.org/tea": [
        "http://example.org/tea", "//example.org/tea", "https://www.example.org/tea", "HTTPS://Example.ORG/tea",
        "https://example.org:443/tea", "http://example.org:80/tea", "https://example.org./tea",
        "https://example.org/tea/", "https://example.org/tea/index.html", "https://example.org/tea#leaves",
        "https://example.org/tea?", " https://example.org/tea ", "https:\\\\example.org\\tea",
        "https://example.org/tea/amp/", "https://example.org/tea/amp", "https://example.org/amp/tea",
        "https://example.org/google-amp/tea", "https://example.org/.amp/tea", "https://example.org/tea.amp",
        "https://example.org/tea?amp", "https://example.org/tea?amp=1", "https://example.org/tea?outputType=amp",
        "https://amp.example.org/tea", "https://www.amp.example.org/amp/tea/",
        "https://example-org.cdn.ampproject.org/c/s/example.org/tea",
        "https://www-example-org.cdn.ampproject.org/v/s/www.example.org/tea/amp/?utm_source=x",
        "https://www.google.com/amp/s/example.org/tea/amp/",
        "https://example.org/tea?utm_source=letter&utm_medium=mail&fbclid=1&gclid=2&mc_cid=3&_hsenc=4",
    ],
    "https://example.org/tea.html": ["https://example.org/tea.amp.html"],
    "https://example.org/tea?a=1&b=2": ["https://example.org/tea/?b=2&a=1", "https://example.org/tea?a=1&&b=2&utm_id=3"],
    "https://example.org": ["https://example.org/", "https://www.example.org/index.html", "http://example.org:80"],
    "https://example.org/?p=12": ["https://example.org?p=12", "https://example.org/?p=12&fbclid=x"],
    "https://example.org:8080/tea": ["http://EXAMPLE.org:8080/tea/"],
    "https://xn--gren-tee-65a.example/tee": ["https://xn--gren-tee-65a.example/tee"],
    "https://xn--bcher-kva.example/tee": ["https://bücher.example/tee", "https://BÜCHER.example/tee"],
    "https://example.org/caf%C3%A9": [
        "https://example.org/café", "https://example.org/caf%c3%a9", "https://example.org/cafe\u0301",
        "https://example.org/cafe%CC%81",
    ],
    "/50%25%CC%81%2A%CC%8A/%C3%A9": ["/50%\u0301%2A\u030a/e%CC%81", "/50%25%CC%81%2A%CC%8A/%C3%A9"],
    "https://example.org/~tea": ["https://example.org/%7Etea", "https://example.org/%7etea"],
    "https://example.org/a%20b": ["https://example.org/a b"],
    "https://example.org/100%25": ["https://example.org/100%"],
    "https://example.org/%FF": ["https://example.org/%ff"],
    "/en/blog/tea": ["/en/blog/tea/", "/en/blog/tea/index.html", "/en/blog/tea/#x", "/en/blog/tea/?utm_source=x"],
    "/%23/tea": ["/#/tea", "/#/tea/", "/#/tea#leaves"],
    "/": ["/", "/index.html", "/?utm_source=x"],
    "/amp": ["/amp/"],
    "": ["", " "],
    "mailto:tea@example.org": ["mailto:tea@example.org"],
}  # fmt: skip


@pytest.mark.parametrize(("canonical", "url"), [(canonical, url) for canonical, urls in SAME.items() for url in urls])
def test_same(canonical, url):
    """All spellings of one page have one canonical URL."""
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.org/tea", "https://example.org/Tea"),
        ("https://example.org/#/tea", "https://example.org/#/cup"),
        ("https://example.org/tea", "https://example.org/tea?page=2"),
        ("https://example.org/tea?id=1", "https://example.org/tea?id=2"),
        ("https://example.org/tea", "https://blog.example.org/tea"),
        ("https://example.org/a/b", "https://example.org/a%2Fb"),
        ("https://example.org/tea", "https://example.org/tea.html"),
        ("https://example.org/tea", "https://example.org:8080/tea"),
        ("https://example.org/campus", "https://example.org/c/us"),
        ("https://example.org/tea", "/tea"),
    ],
)
def test_different(one, other):
    """Addresses of different pages have different canonical URLs."""
    assert canonical_url(one) != canonical_url(other)


parts = st.sampled_from(
    [*"/?#&=%.:@ aé中", "amp", ".amp", "/amp/", "index.html", "www.", "%41", "%2F", "utm_x=1", "google.com", "/amp/s/",
     "x.cdn.ampproject.org/c/s/", "b.org", "\\"]
)  # fmt: skip


@given(st.sampled_from(["https://", "//", "/", ""]), st.lists(parts, max_size=10))
def test_fixed_point(start, rest):
    """The canonical URL of a canonical URL is itself."""
    canonical = canonical_url(start + "".join(rest))
    assert canonical_url(canonical) == canonical


@given(st.text(max_size=30))
def test_any_text(text):
    """Any text has a canonical URL, and no blanks around it."""
    assert canonical_url(text) == canonical_url(text).strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [("https://a.org", True), (" //a.org/x", True), ("HTTP://A", True), ("/a", False), ("a.org/x", False), ("", False)],
)
def test_is_address(text, expected):
    """A full address has two slashes before its host."""
    assert is_address(text) is expected
