"""The archive as an add-on: what another Scrapy project sets in `ADDONS` to crawl with this spider,
and keep what it sees.

The spider asks for the same by itself, so that it never runs without its archive.
"""

from importlib import import_module
from typing import Any

from scrapy.settings import BaseSettings, default_settings
from scrapy.utils.python import global_object_name

OURS = 15
"""Priority of an add-on: above Scrapy's defaults, below the settings of a project."""
NEEDED = 30
"""Priority of a spider: above the settings of a project, below the command line."""
COMPONENTS = ("DOWNLOAD_HANDLERS", "ITEM_PIPELINES", "EXTENSIONS", "DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES")
"""Tables of components, which a project's own are joined with; of Scrapy's own only those in our tables of that name
and `_BASE`.
"""
RULES = (
    "EXTENSIONS_BASE",
    "DOWNLOADER_MIDDLEWARES_BASE",
    "SPIDER_MIDDLEWARES_BASE",
    "SCHEDULER",
    "CONCURRENT_ITEMS",
    "COOKIES_ENABLED",
    "DOWNLOAD_DELAY_JITTER",
    "DOWNLOAD_FAIL_ON_DATALOSS",
    "DOWNLOAD_VERIFY_CERTIFICATES",
    "HTTPPROXY_ENABLED",
    "REMOTE_CONTROL_ENABLED",
    "ROBOTSTXT_OBEY",
    "ROBOTSTXT_USER_AGENT",
    "TELNETCONSOLE_ENABLED",
    "DEFAULT_REQUEST_HEADERS",
)
"""What the archive and its manners stand on, whatever the project's template says."""


class ArchiveAddon:
    """Scrapy's add-on interface."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Set what an archival crawl needs; everything else only where the project says nothing."""
        ours = import_module("crawler.settings")
        for name, value in vars(ours).items():
            if not name.isupper() or name in {"BOT_NAME", "COMMANDS_MODULE", "NEWSPIDER_MODULE", "SPIDER_MODULES"}:
                continue
            if name in COMPONENTS:
                settings.set(name, {**_components(settings, name), **value}, NEEDED)
            else:
                settings.set(name, value, NEEDED if name in RULES else OURS)


def _components(settings: BaseSettings, name: str) -> dict[Any, Any]:
    """What a project's own table holds, without Scrapy's components, which it might switch on again."""
    scrapys = getattr(default_settings, f"{name}_BASE")
    given = settings.get(name) or {}
    return {key: value for key, value in given.items() if _path(key) not in scrapys}


def _path(component: Any) -> str:
    return component if isinstance(component, str) else global_object_name(component)
