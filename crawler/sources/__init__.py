"""The portals that are shipped: one YAML file for each."""
