"""One module for each chat service: a note becomes the request that it takes, escaped last; its answer, plain words."""
