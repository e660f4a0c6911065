"""`python -m crawler.cli` is `thanhuy`."""

from crawler.cli import main

main()
