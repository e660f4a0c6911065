"""Probes: what a survey asks for on purpose, beside its sample, since no link leads there.

Each is asked once, and says something that the crawl takes for granted of the site: hosts, identity, errors.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from crawler.site.scope import CANONICAL_HOST, HOME, find_page, page_number

MISSING_ID = "1000000001"
"""A number that no article has: a second of 2001, years before the site's first."""
_OTHER_SLUG = "ten-khac-cua-bai-nay"
_BEYOND = 9999


class ProbeId(StrEnum):
    """What is asked for."""

    PLAIN_HTTP = "plain-http"
    """The home page without TLS."""
    BARE_HOST = "bare-host"
    """The home page without `www`."""
    MISSING = "missing"
    """An article that there is not."""
    OTHER_SLUG = "other-slug"
    """An article of the sample with other words before its number."""
    OLD_HOST = "old-host"
    """The same article on the host that the site had before."""
    SIDE_HOST = "side-host"
    """The same article on the host beside."""
    BEYOND_END = "beyond-end"
    """A page of a listing far beyond its last."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """An address to ask for, and what for."""

    id: ProbeId
    url: str


def plan_probes(article: str | None, further: str | None) -> list[Probe]:
    """The probes that can be asked. `article`: the address of an article that was read; `further`: that of a listing's
    further page. What is None is not known yet.
    """
    planned = {
        ProbeId.PLAIN_HTTP: HOME.replace("https:", "http:"),
        ProbeId.BARE_HOST: HOME.replace(f"//{CANONICAL_HOST}", f"//{CANONICAL_HOST.removeprefix('www.')}"),
        ProbeId.MISSING: f"{HOME}tin-tuc/khong-co-bai-nay-{MISSING_ID}",
    }
    page = find_page(article) if article else None
    if page is not None:
        path = page.canonical_url.removeprefix(HOME)
        planned |= {
            ProbeId.OTHER_SLUG: f"{HOME}{page.kind}/{_OTHER_SLUG}-{page.id}",
            ProbeId.OLD_HOST: f"https://www.hcmcpv.org.vn/{path}",
            ProbeId.SIDE_HOST: f"https://stxdd.thanhuytphcm.vn/{path}",
        }
    if further is not None:
        number = page_number(further)
        # The slug may have that number too, so it is the last; an address in which it is not written is not asked.
        for last in [*re.finditer(rf"(?<!\d)0*{number}(?!\d)", further)][-1:]:
            planned[ProbeId.BEYOND_END] = f"{further[: last.start()]}{_BEYOND}{further[last.end() :]}"
    return [Probe(id=id_, url=url) for id_, url in planned.items()]
