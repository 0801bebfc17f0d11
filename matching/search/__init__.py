"""Stored notices found by words: which of them an edited list can touch, a superset that is then scored."""
