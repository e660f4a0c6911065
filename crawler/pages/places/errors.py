"""Pages that hold no article, and how a caller tells one kind from the other."""

LAYOUT_CODES = {
    "not-html": "bytes that are no HTML page",
    "soft-404": "a page that says, with status 200, that there is nothing here",
    "login": "a form that asks who is there before it shows anything",
    "challenge": "a check for robots, or a refusal, instead of the page",
    "unavailable": "a server's error or its notice of maintenance, with status 200",
    "script-shell": "an empty shell that a script would fill",
    "listing": "a list of articles",
    "no-title": "a page without a headline",
    "no-body": "a headline without any text under it",
}
"""Every code that a LayoutError can carry, and what it means."""
READER_FAILED = "reader-failed"
"""The code of a page that the reader itself broke on."""
READER_OUTLASTED = "reader-outlasted"
"""The code of a page that took more time or memory than a page may, or ended the reader's process, each time."""


class LayoutError(ValueError):
    """The page is no article: count it by `code`, keep the capture, make no item."""

    def __init__(self, code: str, where: str, detail: str) -> None:
        super().__init__(f"{where}: {detail}")
        assert code in LAYOUT_CODES, code
        self.code = code
        self.where = where
        self.detail = detail

    def __reduce__(self) -> tuple[type["LayoutError"], tuple[str, str, str]]:
        return type(self), (self.code, self.where, self.detail)


class ReaderFailed(LayoutError):
    """The reader broke on a page: a fault of ours, and no reason to stop an archive."""

    passing = False
    """Whether the machine may be to blame, so that a later run may read it."""

    def __init__(self, code: str, where: str, detail: str) -> None:
        assert code in {READER_FAILED, READER_OUTLASTED}, code
        ValueError.__init__(self, f"{where}: the reader failed: {detail}")
        self.code = code
        self.where = where
        self.detail = detail
