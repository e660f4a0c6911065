"""The engine: every component of Scrapy that a crawl is made of."""
