"""The landing page: languages, what it links to, and that it asks nothing of foreign hosts."""

import re
from html.parser import HTMLParser

import pytest

from tests.portal.conftest import Portal


class Links(HTMLParser):
    """Collects every address that a browser would load or follow, and inline code."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.open_tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.addresses += [value for name in ("href", "src") if (value := found.get(name))]
        self.inline += [name for name in found if name.startswith("on") or name == "style"]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in found) else []


@pytest.mark.parametrize(
    ("accepted", "lang", "word"),
    [
        ("sv-SE,sv;q=0.9", "sv", "svarar inte"),
        ("da", "da", "svarer ikke"),
        ("fi, en;q=0.5", "en", "does not answer"),
        ("", "en", "does not answer"),
    ],
)
async def test_the_page_speaks_the_visitors_language(portal: Portal, accepted: str, lang: str, word: str) -> None:
    response = await portal.client.get("/", headers={"Accept-Language": accepted})
    assert response.status_code == 200
    assert f'<html lang="{lang}">' in response.text
    assert word in response.text
    assert response.headers["content-language"] == lang
    assert "Accept-Language" in response.headers["vary"]


@pytest.mark.parametrize("path", ["/", "/docs"])
async def test_a_page_needs_nothing_from_elsewhere(portal: Portal, path: str) -> None:
    response = await portal.client.get(path)
    links = Links()
    links.feed(response.text)
    policy = response.headers["content-security-policy"]
    assert links.inline == []
    assert [address for address in links.addresses if not address.startswith("/")] == []
    assert re.findall(r"https?:", policy) == []
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self' " not in policy
    for address in links.addresses:
        if address.startswith("/docs/static/"):
            assert (await portal.client.get(address)).status_code == 200


async def test_a_state_is_told_in_words_and_not_by_colour_alone(portal: Portal) -> None:
    page = (await portal.client.get("/")).text
    assert page.count(">ready</td>") == 2
    assert page.count(">does not answer</td>") == 1
    assert "Some service does not answer as it should" in page
