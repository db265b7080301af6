"""The dialects of trackers, one file each: `DIALECT`."""
