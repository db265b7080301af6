"""The demo: a year of a real grocer through the real pipeline, a campaign over two channels, and the money.

Every step may be killed and the command run again: what is done is not done twice.
"""

from omniloom.cli.demo.command import register

__all__ = ["register"]
