"""Pages that only a browser can read: Chromium behind the guard of addresses, as one more way to fetch a step."""
