"""Notices against profiles: scores whose every point is a reason, and the events that they give."""
