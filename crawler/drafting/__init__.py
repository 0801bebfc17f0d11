"""New sources drafted from a page, cases saved and replayed, and sources tried without storing anything."""
