"""`python -m generator` is `gatepost`."""

from generator.cli import main

main()
