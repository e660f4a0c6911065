"""Surveying: what a small sample of the site shows of what the crawl and the parser take for granted.

A survey is a crawl that takes few pages (`crawler.planning.sampling`), asks a few things on purpose
(`crawler.planning.probes`), and is the start of a collection. What it shows is drawn from what the archive holds::

    captures → gather (each read as a crawl reads it) → Sample
             → traits (rows: a question, and a pure function that judges it), fields, cost, advice
             → conclude (survey.html, survey.json, a layout learnt)
"""
