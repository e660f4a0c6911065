"""What a page, a feed, a sitemap or a style sheet points at."""
