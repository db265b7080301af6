"""The HTTP doors: they parse, call one act of a room, and render. They own no tables.

``track`` takes events, ``hooks`` providers' callbacks, ``public`` what customers click, ``manage`` everything a
marketer or a script does. Every route declares the permission it needs; one that does not fails a test.
"""

from omniloom.api.collector import build_collector
from omniloom.api.server import build
from omniloom.api.wire import BoundedHttp, bounded_http

__all__ = ["BoundedHttp", "bounded_http", "build", "build_collector"]
