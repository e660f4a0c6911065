"""What the logs of runs tell of failures: `crawls/TIMESTAMP/crawl.log`, line by line, grouped by what went wrong."""

import re
from collections.abc import Iterable, Iterator

from crawler.reporting.lenient import bounded
from crawler.reporting.report_data import Counted, Example

EXAMPLES = 5
MOST_KINDS = 60

_LINE = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:,\d{3}|[+-]\d{4}) (?P<level>[A-Z]+) (?P<logger>[\w.]+): (?P<message>.*)"
)
"""A line of the log; those of version 0.2.0 and before have no zone."""
_ADDRESS = re.compile(r"<?(?:GET )?(?P<url>https?://[^\s>]+?)>?(?::\s|\s|$)")
_SETTLED = re.compile(r": (?P<kind>failed|refused|too_large|unreachable): ")
"""How `crawler.engine.answers` says what became of a request for good."""
_WORDS = {"too_large": "larger than wanted"}


def group_errors(lines: Iterable[str], groups: dict[str, Counted]) -> None:
    """Add what lines of a log tell of failures to the groups, which are by kind."""
    for kind, url, detail in find_errors(lines):
        group = groups.setdefault(bounded(groups, kind, MOST_KINDS), Counted())
        group.count += 1
        if len(group.examples) < EXAMPLES:
            group.examples.append(Example(url=url, detail=detail))


def find_errors(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Kind, address (empty where none is named) and message of each failure."""
    for line in lines:
        found = _LINE.match(line)
        if found is None:
            continue  # a further line of a message, or damage
        level, logger, message = found["level"], found["logger"], found["message"][:1000]
        address = _ADDRESS.search(message)
        url = address["url"] if address else ""
        settled = _SETTLED.search(message)
        if logger == "crawler.engine.answers" and settled:
            why = message[settled.end() :]
            kind = _shorten(why)
            yield f"{_WORDS.get(settled['kind'], settled['kind'])}: {kind}", url, "" if why == kind else why
        elif level in {"WARNING", "ERROR", "CRITICAL"}:
            rest = (message.replace(address[0], "", 1) if address else message).strip()
            kind = _shorten(rest) or "no message"
            yield kind, url, "" if rest == kind else rest


def _shorten(why: str) -> str:
    """A message without what differs from page to page: numbers, addresses, what follows an exception's name."""
    name = re.match(r"([A-Z]\w+):(?: |$)", why)
    if name:
        return name[1]
    status = re.match(r"status \d{3}$", why)
    if status:
        return why
    plain = re.sub(r"<?https?://\S+", "…", why)
    return re.sub(r"\d+", "N", plain)[:120].strip(" :")
