"""Seal: evidence that outlives the archive: a tree over all records, signed checkpoints of it, time stamps, proofs."""
