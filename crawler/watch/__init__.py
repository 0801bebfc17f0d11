"""Pages by difference: cut into blocks, held against what stood there before, noise left out by rules that are shown."""
