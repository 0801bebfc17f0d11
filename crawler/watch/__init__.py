"""Pages by difference: cut into blocks, held against what stood there before, noise left out by shown rules."""
