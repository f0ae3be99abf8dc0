"""A Zuul as a source: its API tells all builds and sets of builds, its log server what some of them said."""

from generator.sources.zuul.check import check as check
from generator.sources.zuul.collect import collect as collect
