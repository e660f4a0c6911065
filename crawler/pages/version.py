"""The parser's version, which each record names."""

PARSER_VERSION = "3"
"""Raised whenever a rule changes what some page yields,
so that `thanhuy extract --diff` can say which parser said what.
"""
