"""Binding a port, and saying in words why it cannot be had."""

import errno
import socket

from omniloom.core.errors import Conflict, Misconfigured, OmniloomError

PORT_MAX = 65_535


def bind(sock: socket.socket, host: str, port: int, *, hint: str) -> None:
    """Bind a socket. ``hint``: how to choose another port.

    Errors: Conflict if somebody has the port; Misconfigured if it may not be had here.
    """
    if not 0 <= port <= PORT_MAX:
        raise Misconfigured(f"there is no port {port}: ports go up to {PORT_MAX}", hint=hint)
    try:
        sock.bind((host, port))
    except OSError as error:
        raise _told(error, host, port, hint) from error


def _told(error: OSError, host: str, port: int, hint: str) -> OmniloomError:
    if error.errno == errno.EADDRINUSE:
        return Conflict(f"port {port} on {host} is taken", hint=hint)
    if error.errno in (errno.EACCES, errno.EPERM):
        return Misconfigured(f"port {port} may only be had by the system's administrator", hint=hint)
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return Misconfigured(
            f"{host} is no address of this machine", hint="set server.host (--host): 127.0.0.1, or 0.0.0.0 for all"
        )
    return Misconfigured(f"cannot listen on {host}, port {port}: {error.strerror}", hint=hint)
