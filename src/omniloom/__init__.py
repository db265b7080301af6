"""Omniloom: an open, self-hosted omnichannel marketing platform. Start reading at worker/loop.py."""

__version__ = "0.1.0"
