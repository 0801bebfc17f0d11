"""How a list is walked: windows of time, counted pages, next links, one file; composable as a source's YAML says."""
