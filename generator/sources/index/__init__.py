"""Builds and hits out of a log index, found by the index itself; the engines differ only in their client."""
