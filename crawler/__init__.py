"""Portals and directories become notices: sources as data, fetching by Scrapy, reading by plain functions."""
