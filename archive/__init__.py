"""Keep and prove: the collection on disk. Knows nothing of Scrapy or of news.

The directory, format version 1::

    COLLECTION/
      collection.json        name, format version, created, seeds
      warc/NAME.warc.gz      finished WARC/1.1 files; NAME.warc.gz.open while being written
                             NAME = <prefix>-<17-digit UTC timestamp>-<5-digit serial>-<host>
      warc/adopted-…         files that others made, as they came: adopted-<16 hex digits>-<NAME>.warc or .warc.gz
      articles/NAME.jsonl    every version of every item, one file a crawl,
                             never rewritten once closed (.open while written)
      articles.jsonl         the newest version of each item, replaced atomically
      indexes/index.cdxj     sorted CDXJ of every capture
      crawls/TIMESTAMP/      run.json, crawl.log, report.html, and what else the run keeps beside them
      torn/                  bytes that an interrupted write left behind or that repair replaced: NAME-START-END;
                             never deleted
      state.sqlite           frontier, validators, dedup and version index; can be rebuilt from warc/
      fixity.jsonl           SHA-256 and size of every finished file, and when each was last verified
      seals/                 what proves the records to others:
        NNNNNN.checkpoint    one a run: the root of the tree over all records, signed (C2SP tlog-checkpoint)
        NNNNNN.checkpoint.ots, NNNNNN.cosigned, NNNNNN.K.tsr, NNNNNN.K.pem
                             where asked for: what calendars, witnesses and authorities say of it, and whom to believe
        leaves.txt           the SHA-256 of each record in hex, a line each, in the order of the tree
        level-8.txt …        hashes of full subtrees of 256, 65 536 … leaves; follow from the leaves
        files.txt            the files that were taken in, `FIRST COUNT NAME`; saves work and proves nothing
      .lock                  held with flock by the process that writes

**The WARC is the source of truth.** Everything else can be rebuilt from it.

In a WARC each record is one gzip member. The first is `warcinfo`.
Then, for each exchange in the order in which it ended:
`request` and `response` (or `revisit`), and a `metadata` record (`application/warc-fields`) on how it was fetched,
tied together by `WARC-Concurrent-To`. An item parsed from a response is a `metadata` record of type `application/json`
with `WARC-Refers-To` naming the response; its block is the item's line in `articles/`, byte for byte,
without the line feed.

An item is any JSON object with a string `id` and `kind` (its identity is `kind/id`),
a `text_digest` that tells versions apart,
and the keys that the archive fills: `version`, `changed`, `captured_at` and `warc`.
It may say which parser read it (`parser.version`): an item with `reread` is the same version once more,
as a newer parser read it `at` that time, or given to an earlier capture that was adopted then.
Of these the last counts, and all stay.

A file that others made is known by its name. Its captures count; what else it holds is its maker's word, and its items
are not this collection's. The digits begin the SHA-256 of the source. A `metadata` record of the run that adopted it,
of type `application/vnd.thanhuy.adopted+json`, says where it came from (`archive.provenance`).

Where bytes between sound records could not be read, `repair` puts a `metadata` record of the same length, whose target
URI is `urn:archive:damaged-bytes`: its `application/warc-fields` tell what was damaged, its SHA-256,
where in `torn/` it is kept, and the ids of the records that are known to be lost with it.
Where a WARC was renamed or written in another form, the `warc` of lines leads to where the records lie,
and may then differ from the `warc` of the item's record.

The tree is that of RFC 9162 §2.1 with SHA-256. Its leaves are the records of all finished WARCs, run by run, in the
order of the files' names and of the records in them. The data of a leaf is the SHA-256 of the record as it lies,
unpacked: header, block and the two line breaks that end it; so a record keeps its leaf wherever it is put.

What is durable when: the records of an exchange are appended and synced, then one SQLite transaction notes them,
then the item follows the same way. A crash between the steps is mended at the next start from the WARC.
"""
