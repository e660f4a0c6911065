"""`scrapy crawl`: as Scrapy has it, but what is wrong before it begins is one line and no traceback."""

import argparse
import sys
from pathlib import Path

from scrapy.commands import crawl
from scrapy.exceptions import UsageError

from archive.errors import ArchiveError
from archive.lock import Lock
from crawler.engine.arguments import read_arguments

LOCKED = 75
"""Exit code, as `thanhuy` has it."""


class Command(crawl.Command):
    """Reads the spider's arguments and looks at the lock first."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run it."""
        try:
            chosen = read_arguments(opts.spargs)
        except ValueError as error:
            raise UsageError(str(error), print_help=False) from error
        assert self.settings is not None
        collection = Path(chosen.get("COLLECTION") or self.settings["COLLECTION"])
        if collection.is_dir():
            try:
                Lock(collection, "crawl").release()
            except ArchiveError as error:
                sys.stderr.write(f"thanhuy: {error}\n")
                self.exitcode = LOCKED
                return
        super().run(args, opts)
