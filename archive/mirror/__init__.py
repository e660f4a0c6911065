"""Copies of a collection in object storage.

Under the address that a mirror has, objects are written once and never again:

```
files/<SHA-256>/<name>         the bytes of one finished file, under their own digest
manifests/<number>.json        what the mirror holds: each file of the collection, its path, size and SHA-256
```

A manifest names the digest of the one before, so that they are a chain, and is written only where no object has its
name (`If-None-Match: *`, RFC 9110 §13.1.2), after every file that it names was read back from the store.
What no manifest names does not count. Nothing is deleted, neither there nor here.
The state database is not copied: it is rebuilt from the WARCs.
"""
