"""One spider for each way of publishing; a source names it in its YAML."""
