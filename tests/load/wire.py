"""A wire between two parts, as a TCP proxy in a thread: it can delay, swallow or cut what passes."""

import contextlib
import socket
import threading
import time

PIECE = 65536


class Wire:
    """Listens on `port` and passes everything on to `target`, as long as nobody disturbs it."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.delay_seconds = 0.0
        self.swallows = False
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = int(self._listening.getsockname()[1])
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Break every connection that is open."""
        for opened in list(self._open):
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """As if nothing had been; what was swallowed is gone."""
        self.delay_seconds, self.swallows = 0.0, False
        self.cut()

    def close(self) -> None:
        """Stop listening."""
        self._listening.close()
        self.cut()

    def _serve(self) -> None:
        while True:
            try:
                incoming, _ = self._listening.accept()
            except OSError:
                return
            try:
                outgoing = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                incoming.close()
                continue
            outgoing.settimeout(None)
            self._open |= {incoming, outgoing}
            for source, sink in ((incoming, outgoing), (outgoing, incoming)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                if self.delay_seconds:
                    time.sleep(self.delay_seconds)
                if not self.swallows:
                    sink.sendall(piece)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
            self._open.discard(end)
