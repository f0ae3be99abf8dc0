"""Weekly snapshots that stay as they were: made once, kept in the state, corrected only in sight."""
