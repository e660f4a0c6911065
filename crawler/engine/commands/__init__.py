"""Scrapy's own verbs, where ours say more clearly what is wrong; see the setting `COMMANDS_MODULE`."""
