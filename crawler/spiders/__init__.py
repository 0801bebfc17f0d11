"""One module for each portal that speaks no protocol of `crawler.protocols`, named by the source's id."""
