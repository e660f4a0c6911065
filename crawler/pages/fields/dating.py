"""Dating and dateline: what the page's witnesses say of time, and the agency or place that opens the story."""

from crawler.pages.fields.dates import find_dates
from crawler.pages.places.claims import Claims, Paragraph
from crawler.pages.places.page import Page
from crawler.pages.words.datelines import find_dateline


def claim_dateline(page: Page, claims: Claims) -> None:
    """Note what opens the standfirst or the text before its first dash; the words stay in the text."""
    for text in (claims.draft.lead, *_texts(claims)[:2]):
        found = find_dateline(text) if text else None
        if found:
            claims.draft.dateline = found[0]
            page.ledger.take("dateline", "opening", found[0])
            return


def claim_dates(page: Page, claims: Claims) -> None:
    """Note the day, the moment of publication and of the last edit, and the day that the opening tells of."""
    draft = claims.draft
    opening = draft.lead if draft.lead and find_dateline(draft.lead) else next(iter(_texts(claims)), "")
    found = find_dates(page, claims.regions, draft, opening, [image.url for image in draft.images])
    draft.day, draft.date_source, draft.event = found.day, found.source, found.event
    draft.published_at, draft.modified_at = found.published_at, found.modified_at


def _texts(claims: Claims) -> list[str]:
    return [line.text for line in claims.draft.lines if isinstance(line, Paragraph) and line.text]
