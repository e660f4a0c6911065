"""Where things lie on a page: layouts, regions, tables, teasers, and the ledger of what was taken and refused."""
