"""What differs from Scrapy's defaults, each with its reason. `thanhuy crawl` and `scrapy crawl` share these."""

from crawler import USER_AGENT as USER_AGENT

BOT_NAME = "thanhuy"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"

# The project's own settings; the options of `thanhuy crawl` set them.
COLLECTION = "collection"
SEEDS: list[str] = []
ARTICLE_LIMIT = 0
SECTIONS: list[str] = []
SINCE = None
UNTIL = None
MAX_DEPTH = None
REFRESH = False
CONFIRM_GONE = False
ACCEPT = False
RECHECK = False
# What a health check takes for ordinary, e.g. `fall=0.5`, see `crawler.planning.health`.
HEALTH: list[str] = []
FILL_GAPS = False
# Pages of a survey, which `crawler.engine.sampled` chooses; 0: no survey.
SURVEY_PAGES = 0
FETCH_IMAGES = True
FETCH_REQUISITES = True
FETCH_ATTACHMENTS = True
OPERATOR = None
CONTACT = None
CONNECT_TO: list[str] = []
CACERT = None
CONNECT_TIMEOUT = 30
WARC_MAX_SIZE = 1_000_000_000
FREE_SPACE_FLOOR = 200 << 20
RETRY_BACKOFF = 5.0
# What of a body is held in memory and parsed; the archive keeps all of it.
PARSED_MAXSIZE = 32 << 20

# Both families: Scrapy's usual resolver knows IPv4 alone. How long a name may take, DOWNLOAD_TIMEOUT bounds.
DNS_RESOLVER = "scrapy.resolver.CachingHostnameResolver"

# Every exchange is archived as it went over the wire; no other scheme is ever fetched.
DOWNLOAD_HANDLERS = {
    "http": "crawler.engine.capture.ArchivingDownloadHandler",
    "https": "crawler.engine.capture.ArchivingDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
SCHEDULER = "crawler.engine.frontier.Frontier"
ITEM_PIPELINES = {"crawler.engine.pipeline.ArchivePipeline": 500}
EXTENSIONS = {
    "crawler.engine.session.ArchiveSession": 0,
    "crawler.engine.pulse.Pulse": 10,
    "crawler.engine.budget.Budget": 20,
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.engine.decoding.DecodingMiddleware": 590,
    "crawler.engine.reading.ReadingMiddleware": 30,
    "crawler.engine.stored.StoredMiddleware": 40,
    "crawler.engine.stored.WireStats": 850,
    "crawler.engine.robots.RobotsMiddleware": 100,
    "crawler.engine.answers.AnswerMiddleware": 50,
}
SPIDER_MIDDLEWARES = {
    "crawler.engine.settling.SettlingMiddleware": 50,
}

# Of Scrapy's own components those that a crawl needs: what a later Scrapy adds comes in by choice. (`None` in the
# tables above would keep one out as well, but loads it to see what it is: a fifth of a second at every start.)
# Telnet and the remote control run code that they are sent; `Pulse` and `Pace` do the work of others.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
}
# The frontier keeps retries and redirects, so that a crash forgets neither. A cookie or a password would make captures
# differ from what any reader sees, and what a cache gives is no capture. A proxy from the environment would connect
# where the address check cannot look.
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
}
# The spider itself decides what to do with each status, and keeps hops instead of depth and referrer.
SPIDER_MIDDLEWARES_BASE = {"scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": 800}

ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "thanhuy-archive"
# Replay tools cannot read br and zstd, which Scrapy 2.18 and later offer.
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
    "Accept-Encoding": "gzip",
}

# One request at a time, some seconds apart: the site is somebody else's server.
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# What Scrapy takes from the frontier beyond that would still be fetched after a budget is spent or a ban is noticed.
CONCURRENT_REQUESTS = 1
DOWNLOAD_DELAY = 2.0
# Scrapy varies the delay to both sides, so that half the gaps are shorter than asked for;
# crawler/pace.py varies it upwards only.
DOWNLOAD_DELAY_JITTER = 0.0
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 256 << 20
DOWNLOAD_WARNSIZE = 0
# What came of a response that broke off is archived, and judged by `crawler.engine.answers`.
DOWNLOAD_FAIL_ON_DATALOSS = False
RETRY_TIMES = 3

# Budgets, each 0 for none: of a run, and of a day over all runs.
MAX_REQUESTS = 0
MAX_BYTES = 0
MAX_SECONDS = 0
DAILY_REQUESTS = 0
DAILY_BYTES = 0
DAILY_SECONDS = 0
# Of a run's photos and attachments alone; pages go on when it is spent.
MEDIA_REQUESTS = 0
MEDIA_BYTES = 0
# Hours of the day in Vietnam in which the crawl may run, e.g. `22-6`.
HOURS = None

DOWNLOAD_VERIFY_CERTIFICATES = True
# It runs code that it is sent.
REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
HTTPPROXY_ENABLED = False
COOKIES_ENABLED = False
# The pipeline awaits nothing, so more would only be tasks to start: about a millisecond a page.
CONCURRENT_ITEMS = 1
LOG_LEVEL = "INFO"
# What made an archive stands in its WARCs; to ask for the platform starts a process.
LOG_VERSIONS: list[str] = []
# Vietnamese in feeds as it is, and not in escapes.
FEED_EXPORT_ENCODING = "utf-8"
COMMANDS_MODULE = "crawler.engine.commands"
