"""The nouns of procurement as Tenderwatch uses them: frozen, typed, no network, no files, no database."""
