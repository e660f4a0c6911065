"""What to fetch and when: kinds of pages, limits, what to follow, when to look again, and what is missing."""
