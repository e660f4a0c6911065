"""The benchmarks: what the crawler costs and how well its parser reads,
side by side with what users would pick instead.

Each benchmark is a module with a `run` that measures and gives a `Result`; `crawler.cli.bench` lists them by name.
Everything runs on this machine alone: pages are made from the sample site, or read from a directory,
and served on loopback.
"""
