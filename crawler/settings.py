BOT_NAME = "thanhuy"
SPIDER_MODULES = ["crawler.spiders"]
