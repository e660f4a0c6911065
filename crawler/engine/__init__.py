"""The engine: every component of Scrapy that a crawl is made of."""

# Loaded first, from few frames: its classes look at the source of every frame that leads to them, which takes half a
# second from within the modules below.
from scrapy.core.downloader import contextfactory as contextfactory
