"""What stands between Scrapy and the portals: politeness, the guard of addresses, saved pages."""
