# SPDX-License-Identifier: Apache-2.0
"""Ports for who can't be given port 0: servers of others, and ours that come back to theirs."""

import random
import socket


def free_port():
    """Below those that the system gives out by itself: nobody who asks for any port gets it
    before, or between two lives of, the one it is for."""
    while True:
        port = random.SystemRandom().randrange(12000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
