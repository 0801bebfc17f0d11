"""Local imitations of portals that publish OCDS: each answers only what its own publication is known to answer.

What a portal is asked, and what it gives, stands in `facts_*.py`, written from the facts on the publications and not
from our YAMLs or our code: a YAML or an engine that asks for another path, parameter, date or page gets a 400.
"""
