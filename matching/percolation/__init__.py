"""All profiles against each new notice at once: the same profiles as testing every one, found through an index."""
