"""Bytes become RawNotices: plain functions that protocols and `tenderwatch parse` share."""
