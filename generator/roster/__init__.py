"""The roster, a file of the community's: which third-party CIs are expected where, and whom to ask."""

from __future__ import annotations

from generator.roster.load import load
from generator.roster.model import Contact, Example, Pattern, Pause, Roster, ThirdPartyCI

__all__ = ["Contact", "Example", "Pattern", "Pause", "Roster", "ThirdPartyCI", "load"]
