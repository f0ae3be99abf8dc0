"""Gatepost: what does the CI fail on?"""

__version__ = "0.1.0"
