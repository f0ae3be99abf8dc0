"""Logs that a CI published: fetched from its log server, searched on the way, and not kept."""
