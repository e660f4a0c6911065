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


class LayoutError(ValueError):
    """The page is no article: count it by `code`, keep the capture, make no item."""

    def __init__(self, code: str, where: str, detail: str) -> None:
        super().__init__(f"{where}: {detail}")
        assert code in LAYOUT_CODES, code
        self.code = code
        self.detail = detail


class ReaderFailed(LayoutError):
    """The reader broke on a page: a fault of ours, and no reason to stop an archive."""

    def __init__(self, where: str, error: Exception) -> None:
        ValueError.__init__(self, f"{where}: the reader failed: {type(error).__name__}: {error}")
        self.code = READER_FAILED
        self.detail = f"{type(error).__name__}: {error}"
