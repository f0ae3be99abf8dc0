"""Figures of the CIs that third parties run, from what they say on patch sets."""
