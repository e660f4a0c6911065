"""Extracting: archived pages parsed again, without network, in as many processes as there are.

The way of one archive::

    sources (which files) → scanning (what lies where, a range of a file at a time) → catalog (in which order,
    and what belongs together)
          → rereading (bytes → record) → versions (version, changed, status) → output,
          and differing (what the stored records say else)

Scanning and rereading are pure functions of a file and places in it, so that they run in any process;
places are handed out, never bodies.
What is in order and numbered is so in one process, from results that come in order:
the output is the same for any number of processes.
"""
