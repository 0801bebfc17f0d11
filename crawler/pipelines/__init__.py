"""From a saved page to stored notices: normalise, validate, store; one job each."""
