"""Dates, money, text, places and codes as printed become values: pure functions, no clock, no network."""
