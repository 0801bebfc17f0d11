"""Scrapy's settings for every crawl. Each value that is not Scrapy's default carries its reason.

A source's pace, robots and user agent are set by its spider (crawler/spider.py), from its YAML.
"""

BOT_NAME = "tenderwatch"
SPIDER_LOADER_CLASS = "crawler.loader.SourceLoader"  # a source is data: its spider is made from its YAML
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"  # the writer thread is awaited with asyncio

# Everything crawled is hostile (facts/security.md).
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024  # 1 GiB by default; it also bounds what a compressed body may unfold to
DOWNLOAD_WARNSIZE = 0  # a large body is judged by its reader, not warned of
DOWNLOAD_VERIFY_CERTIFICATES = True  # False by default
DOWNLOAD_HANDLERS = {
    "http": "crawler.middlewares.guard.GuardedHandler",  # checks where a connection leads to
    "https": "crawler.middlewares.guard.GuardedHandler",
    "file": None,  # a portal's link must not read this machine's files
    "data": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "crawler.middlewares.guard.GuardedResolver"  # refuses names that lead into a private network
HTTPPROXY_ENABLED = False  # a proxy from the environment would hide from the guard where a connection leads to
TELNETCONSOLE_ENABLED = False  # a Python prompt on a port
REMOTE_CONTROL_ENABLED = False  # Scrapy 2.19 opens a control server
METAREFRESH_ENABLED = False  # a page's own redirect is a page that we do not understand
COOKIES_ENABLED = False  # Scrapy's asks a third party for a list of domains; ours serves sources that need it
REDIRECT_MAX_TIMES = 5  # 20 by default; an API needs one or two

# Polite (docs/architecture.md): the pace itself is the source's.
DOWNLOAD_DELAY_JITTER = 0  # a delay is the portal's own limit, not a disguise
RETRY_ENABLED = False  # ours pauses the whole host and reads Retry-After
USER_AGENT = "Tenderwatch"  # each spider adds the version and the operator's contact
DEFAULT_REQUEST_HEADERS = {"Accept": "*/*"}  # the default claims to prefer HTML, which some APIs obey
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.endpoint.EndpointMiddleware": 40,  # before robots.txt is asked, so that it is asked there too
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the guard of addresses judges by address
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.robots.RobotsMiddleware": 100,  # Scrapy's takes a robots.txt that fails for an open door
    "crawler.middlewares.pages.PagesMiddleware": 540,
    "crawler.middlewares.unchanged.UnchangedMiddleware": 542,  # a saved body stands in before the page is saved
    "crawler.middlewares.retry_after.RetryAfterMiddleware": 545,
    "crawler.middlewares.access.AccessMiddleware": 560,  # a token that is old is asked anew before a 403 is a refusal
    "crawler.middlewares.cookies.CookiesMiddleware": 700,  # below redirects, which set cookies too
    "crawler.middlewares.turns.TurnsMiddleware": 990,  # nothing may keep a request that was let through
}

# Progress is crawl steps in our database, so Scrapy need not remember.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # steps are unique by token; a retry is meant
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # oldest first, so that the low-water mark moves
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 20_000_000  # pages that wait for the writer; fetching pauses beyond
CONCURRENT_ITEMS = 1  # there is one item a page; by default Scrapy starts a hundred tasks for each response
WARN_ON_GENERATOR_RETURN_VALUE = False  # it parses the callback's source again at each page: 2 ms
ITEM_PIPELINES = {"crawler.pipelines.page.PagePipeline": 300}  # one item a page: items are dearer than inserts
EXTENSIONS = {
    "scrapy.extensions.corestats.CoreStats": None,  # the run is counted in the database
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
}
STATS_CLASS = "scrapy.statscollectors.DummyStatsCollector"
LOG_LEVEL = "WARNING"  # our own logs say what happened to a page, without its key
