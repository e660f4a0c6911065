"""Learning: what the stored pages of a collection teach about their site.

Rules of evidence read each page by itself. Many pages of one design tell more: which lines stand on all of them, and
where in the markup each field is found again and again. What is learnt is written as exact layouts, which a person can
read and correct, and is kept inside the WARC files, so that these alone give the same records.

The way of a layout::

    stored pages → observing (what the rules read, line by line)
                 → clustering (pages of one design)
                 → induction (selectors that find the same lines)
                 → layouts (those that agree, with their evidence) → writing (TOML) → kept (room, WARC)
"""
