"""Whether notices of different portals are of one procedure: candidates by keys, evidence in words, a verdict."""
