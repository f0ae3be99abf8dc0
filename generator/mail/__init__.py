"""The digest of an edition as a mail, sent once."""
