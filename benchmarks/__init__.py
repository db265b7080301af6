"""Benchmarks: each prints what it did, a ceiling or rival measured in the same run, and the ratio."""
