"""Adopting: captures of this site's pages that others made, taken into a collection and its history.

The way of one file::

    what was named → drafting (copied as it is, digested, judged record by record)
                   → Collection.adopt (where it came from, its captures)
                   → histories (each article that it shows, version by version, in the order of capture)

Each step may be broken off and begun again: the same command goes on where it was.
"""
