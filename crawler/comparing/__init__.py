"""Two versions of an article side by side: which words differ, and what kind of edit each difference is."""
