"""HTTP messages as they stand in a record's block: head, body, and what a payload really is."""
