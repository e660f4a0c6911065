"""The options of `crawl` and `refresh`, and the settings that they stand for.

Where else their values come from is told in `crawler.cli.configuration`.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from archive.json_text import parse_json
from crawler import USER_AGENT
from crawler.cli.configuration import read_config
from crawler.cli.exits import CommandFailed, Exit
from crawler.cli.mirror import push_option
from crawler.cli.seal import ATTESTING, command_option, key_option
from crawler.cli.values import DAY, DURATION_LIMIT, SIZE, SIZE_LIMIT, duration, progress_option, quiet_option
from crawler.planning.health import parse_thresholds
from crawler.planning.kinds import describe
from crawler.site.asked import is_trap
from crawler.site.scope import find_kind
from crawler.site.times import parse_hours

F = TypeVar("F", bound=Callable[..., Any])

SETTINGS = {
    "delay": "DOWNLOAD_DELAY",
    "concurrency": "CONCURRENT_REQUESTS_PER_DOMAIN",
    "limit": "ARTICLE_LIMIT",
    "images": "FETCH_IMAGES",
    "attachments": "FETCH_ATTACHMENTS",
    "connect_to": "CONNECT_TO",
    "cacert": "CACERT",
    "user_agent": "USER_AGENT",
    "operator": "OPERATOR",
    "warc_size": "WARC_MAX_SIZE",
    "free_space_floor": "FREE_SPACE_FLOOR",
    "max_size": "DOWNLOAD_MAXSIZE",
    "timeout": "DOWNLOAD_TIMEOUT",
    "since": "SINCE",
    "until": "UNTIL",
    "section": "SECTIONS",
    "max_depth": "MAX_DEPTH",
    "requisites": "FETCH_REQUISITES",
    "max_requests": "MAX_REQUESTS",
    "max_bytes": "MAX_BYTES",
    "max_time": "MAX_SECONDS",
    "daily_requests": "DAILY_REQUESTS",
    "daily_bytes": "DAILY_BYTES",
    "daily_time": "DAILY_SECONDS",
    "media_requests": "MEDIA_REQUESTS",
    "media_bytes": "MEDIA_BYTES",
    "hours": "HOURS",
    "confirm_gone": "CONFIRM_GONE",
    "recheck": "RECHECK",
    "accept": "ACCEPT",
    "health": "HEALTH",
    "seal_key": "SEAL_KEY",
    "seal_command": "SEAL_COMMAND",
    "fill_gaps": "FILL_GAPS",
}
"""Option → setting."""


def _check_hours(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        try:
            parse_hours(value)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return value


def _check_sections(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> list[str]:
    """Slugs; a section's name is taken for its slug."""
    from crawler.pages.words.slug import slug_of

    slugs = [slug_of(text) for text in value]
    if not all(slugs):
        raise click.BadParameter("expected a section's slug, as in its address, e.g. quan-1")
    return slugs


def _check_routes(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> list[str]:
    for text in value:
        from crawler.engine.connect import parse_route  # brings Twisted, which few want who name no route

        try:
            parse_route(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return list(value)


def _check_authorities(context: click.Context, parameter: click.Parameter, value: Path | None) -> str | None:
    if value is None:
        return None
    from crawler.engine.connect import read_authorities

    try:
        read_authorities(value)
    except (ValueError, OSError) as error:
        raise click.BadParameter(str(error)) from error
    return str(value.resolve())


def _check_operator(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[^<>\x00-\x1f]+ <[^<>@\s]+@[^<>@\s]+>", value):
        raise click.BadParameter(f'expected "Name <mail>", got {value!r}')
    return value


def _check_line(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and (not value.strip() or not value.isprintable() or not value.isascii()):
        raise click.BadParameter(f"expected one line of printable ASCII, got {value!r}")
    return value


def check_seeds(seeds: tuple[str, ...]) -> list[str]:
    """Seeds inside the scope; `www.…` without a scheme is taken as https. Raises UsageError for any other."""
    found = []
    for seed in seeds:
        url = seed if "://" in seed else f"https://{seed}"
        if find_kind(url) is None:
            raise click.UsageError(
                f"{seed}: expected an address of thanhuytphcm.vn or hcmcpv.org.vn, got one outside the scope"
            )
        if is_trap(url):
            raise click.UsageError(
                f"{seed}: expected a page, got a login, a search, a calendar or another that is never crawled"
            )
        found.append(url)
    return found


def read_seeds(path: Path | None) -> tuple[str, ...]:
    """The addresses of a seeds file: one URL a line, or the lines of another archive's index, CDX of any fields, CDXJ,
    or JSON as Common Crawl and the Wayback Machine answer; `#` begins a comment.

    Of an index only addresses of the scope are taken that a crawl may ask for, each once.
    """
    if path is None:
        return ()
    found: dict[str, None] = {}
    columns = CDX_COLUMNS
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as error:
        raise CommandFailed(f"{path}: {error}", Exit.USAGE) from error
    for number, line in enumerate(lines, 1):
        try:
            text = re.sub(r"\s#.*", "", line.decode()).strip()
        except UnicodeDecodeError as error:
            raise CommandFailed(
                f"{path}:{number}: expected UTF-8, got {error.object[error.start : error.end]!r}", Exit.USAGE
            ) from error
        if text.startswith("CDX "):
            columns = _read_heading(text.split()[1:])
        if text in BRACKETS or text.startswith(("#", "CDX ", "!")) or _is_heading(text):
            continue
        address, indexed = _seed_of(text, columns)
        if address is None:
            raise CommandFailed(f"{path}:{number}: expected a URL, a CDX or a CDXJ line, got {text[:60]!r}", Exit.USAGE)
        if find_kind(address) is not None and not (indexed and (is_trap(address) or describe(address) is None)):
            found[address] = None
        elif not indexed:
            raise CommandFailed(f"{path}:{number}: expected an address of the site, got {address}", Exit.USAGE)
    if not found:
        raise CommandFailed(f"{path}: expected addresses of the site, got none", Exit.USAGE)
    return tuple(found)


CDX_COLUMNS = 1, 2
"""Which fields of a CDX line are its moment and the address as it was asked for, unless the heading says otherwise."""
BRACKETS = frozenset({"", "[", "]", "]]"})
"""Lines that hold nothing, of a file that is one JSON list too."""


def _is_heading(text: str) -> bool:
    """Whether a line is the Wayback Machine's list of the fields that its answer has."""
    return text.lstrip("[").startswith('"urlkey"')


def _read_heading(letters: list[str]) -> tuple[int, int]:
    """Where the lines under a CDX heading have their moment and address."""
    return letters.index("b") if "b" in letters else CDX_COLUMNS[0], letters.index(
        "a"
    ) if "a" in letters else CDX_COLUMNS[1]


def _seed_of(text: str, columns: tuple[int, int]) -> tuple[str | None, bool]:
    """The address in a line, and whether the line is one of an index. `columns`: as `CDX_COLUMNS`."""
    fields = text.split()
    told = next((part for part in (text, "".join(text.split(None, 2)[2:])) if part.startswith(("{", "["))), None)
    if told is not None:
        return _in_json(told), True
    moment, address = columns
    if len(fields) > max(columns) and re.fullmatch(r"\d{14,17}", fields[moment], re.ASCII):
        return fields[address], True
    return ((text if "://" in text else f"https://{text}") if len(fields) == 1 else None), False


def _in_json(text: str) -> str | None:
    """The address in an object of an index, or in a list of its fields. None where it holds none."""
    text = text.rstrip(",")
    text = text[1:] if text.startswith("[[") else text
    try:
        value = parse_json(text.removesuffix("]") if text.endswith("]]") else text)
    except ValueError:
        return None
    if isinstance(value, dict):
        value = value.get("url") or value.get("original")
    elif len(value) > CDX_COLUMNS[1]:
        value = value[CDX_COLUMNS[1]]
    return value if isinstance(value, str) else None


def _check_health(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> list[str]:
    try:
        parse_thresholds(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return list(value)


OPTIONS: tuple[Callable[..., Any], ...] = (
    click.option(
        "--into", type=click.Path(path_type=Path, file_okay=False), required=True, help="The collection's directory."
    ),
    click.option("--limit", type=click.IntRange(min=1), help="Stop after this many articles."),
    click.option("--since", type=DAY, help="First publication day wanted."),
    click.option("--until", type=DAY, help="Last publication day wanted."),
    click.option(
        "--section",
        metavar="SLUG",
        multiple=True,
        callback=_check_sections,
        help="Only this section, e.g. quan-1. Repeatable.",
    ),
    click.option("--max-depth", type=click.IntRange(min=0), help="Most hops from a seed."),
    click.option(
        "--seeds",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="A file of URLs, or of CDX or CDXJ lines.",
    ),
    click.option("--dry-run", is_flag=True, help="Print what would be fetched next, and fetch nothing."),
    click.option(
        "--delay",
        type=duration(most=86_400),
        default=2.0,
        show_default=True,
        help="Seconds between requests, at least.",
    ),
    click.option("--concurrency", type=click.IntRange(1, 64), default=1, show_default=True, help="Requests at a time."),
    click.option("--images/--no-images", default=True, show_default=True, help="Fetch photos."),
    click.option("--attachments/--no-attachments", default=True, show_default=True, help="Fetch PDF and office files."),
    click.option(
        "--requisites/--no-requisites", default=True, show_default=True, help="Fetch style sheets, scripts and fonts."
    ),
    click.option("--max-requests", type=click.IntRange(min=1), help="Stop after so many requests."),
    click.option("--max-bytes", type=SIZE_LIMIT, help="Stop after so many bytes received."),
    click.option("--max-time", type=DURATION_LIMIT, help="Stop after so long, e.g. 2h."),
    click.option(
        "--daily-requests", type=click.IntRange(min=1), help="Stop after so many requests a day, over all runs."
    ),
    click.option(
        "--daily-bytes",
        type=SIZE_LIMIT,
        help="Stop after so many bytes archived a day, over all runs.",
    ),
    click.option("--daily-time", type=DURATION_LIMIT, help="Stop after so long a day, over all runs."),
    click.option(
        "--media-requests",
        type=click.IntRange(min=1),
        help="Photos and files fetched in this run, at most; pages go on.",
    ),
    click.option(
        "--media-bytes",
        type=SIZE_LIMIT,
        help="Leave photos and files after so many bytes of them.",
    ),
    click.option(
        "--hours",
        metavar="FROM-TO",
        callback=_check_hours,
        help="Only in these hours in Vietnam, e.g. 22-6.",
    ),
    click.option("--user-agent", callback=_check_line, help="What to call ourselves."),
    click.option(
        "--operator",
        callback=_check_operator,
        metavar='"NAME <MAIL>"',
        help="Who answers for the crawl; named to the site.",
    ),
    click.option(
        "--connect-to",
        multiple=True,
        metavar="HOST:PORT:TO-HOST:TO-PORT",
        callback=_check_routes,
        help="Connect elsewhere for a host, as in curl; empty HOST or PORT: any. Repeatable.",
    ),
    click.option(
        "--cacert",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        callback=_check_authorities,
        help="Trust the authorities in this PEM file only.",
    ),
    click.option(
        "--warc-size",
        type=SIZE,
        default="1GB",
        show_default=True,
        help="Begin another WARC file after so many bytes.",
    ),
    click.option(
        "--free-space-floor",
        type=SIZE,
        default="200MiB",
        show_default=True,
        help="Stop before the disk has less free.",
    ),
    click.option(
        "--max-size",
        type=SIZE,
        default="256MiB",
        show_default=True,
        help="Cut a response after so many bytes.",
    ),
    click.option(
        "--timeout",
        type=duration(least=0.1, most=86_400),
        default=60.0,
        show_default=True,
        help="Seconds that a response may take.",
    ),
    key_option,
    command_option,
    *ATTESTING,
    push_option,
    click.option(
        "--health",
        multiple=True,
        metavar="NAME=NUMBER",
        callback=_check_health,
        help="What a health check takes for ordinary, e.g. fall=0.5; in the file of --config a table [health].",
    ),
    click.option(
        "--config",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        is_eager=True,
        expose_value=False,
        callback=read_config,
        help="A TOML file with a key for any option.",
    ),
    click.option("--json-logs", is_flag=True, help="Log to stderr as JSON, one object a line."),
    quiet_option,
    progress_option,
)


def crawl_options(command: F) -> F:
    """The options that `crawl` and `refresh` share."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def crawl_options_but(*names: str) -> Callable[[F], F]:
    """Those of them that do not bear these names."""

    def add(command: F) -> F:
        before: list[click.Parameter] = list(getattr(command, "__click_params__", ()))
        added = crawl_options(command)
        params: list[click.Parameter] = added.__click_params__  # type: ignore[attr-defined] # where click keeps them
        params[:] = [one for one in params if one in before or one.name not in names]
        return added

    return add


def as_settings(options: dict[str, Any]) -> dict[str, Any]:
    """The settings that the given options stand for."""
    chosen = {SETTINGS[name]: value for name, value in options.items() if name in SETTINGS and value is not None}
    chosen = {name: _as_setting(value) for name, value in chosen.items()}
    chosen["COLLECTION"] = str(options["into"])
    since, until = options.get("since"), options.get("until")
    if since and until and since > until:
        raise click.UsageError(f"--since {since} --until {until}: expected the first day before the last")
    if "CONCURRENT_REQUESTS_PER_DOMAIN" in chosen:
        chosen["CONCURRENT_REQUESTS"] = chosen["CONCURRENT_REQUESTS_PER_DOMAIN"]
    if options.get("user_agent"):
        chosen["ROBOTSTXT_USER_AGENT"] = options["user_agent"]
    if options.get("operator"):
        # RFC 9110 §10.1.2: a robotic user agent "SHOULD send a valid From header field".
        chosen["CONTACT"] = options["operator"].rpartition("<")[2].rstrip(">")
        agent = chosen.get("USER_AGENT") or USER_AGENT
        name, _, mail = options["operator"].partition(" <")
        contact = f"{_in_ascii(name)} <{mail}".strip()
        chosen["USER_AGENT"] = agent if options.get("user_agent") else f"{agent} ({contact})"
    return chosen


def _in_ascii(name: str) -> str:
    """A name without its accents, as a header can carry it: `Nguyễn Văn Ấn` → `Nguyen Van An`."""
    plain = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    return plain.encode("ascii", "ignore").decode().strip()


def _as_setting(value: Any) -> Any:
    """A value as settings and a WARC's `warcinfo` hold it: plain."""
    return list(value) if isinstance(value, tuple) else value.isoformat() if isinstance(value, date) else value
