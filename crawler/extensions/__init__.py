"""What accompanies a crawl: the archive session, progress, health and the run report."""
