"""The parent of all decoding: it holds the loaded libraries, forks one child per file and reads none itself.

The child of the next file is forked while the present one is read, and waits: forking takes milliseconds.

Run as `python -m media_analysis.engine.decoding.server DESCRIPTOR LIMITS` by `server_process`. It ends with
the last copy of the other end of its control socket, that is with the worker that owns it.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
from dataclasses import dataclass, field
from typing import Final

from icse.common.sealing import warm_up
from media_analysis.engine.decoding.channel import (
    ChannelClosed,
    Message,
    key_from,
    receive_with_files,
    send,
)
from media_analysis.engine.decoding.confinement import close_all_but, confine, die_with_parent
from media_analysis.engine.decoding.limits import Limits, limits_from
from media_analysis.engine.decoding.sources import opened_source
from media_analysis.engine.decoding.stills import prepare
from media_analysis.engine.decoding.work import Work, answer
from media_analysis.engine.metadata.exiftool import ExifTool, installed_version

_READY: Final = {"ready": True}


@dataclass(frozen=True, slots=True)
class Spare:
    """A child that waits for its file, and where to hand it over."""

    pid: int
    channel: socket.socket


@dataclass
class Server:
    """Forks, reaps and, when told to, kills the children that read files."""

    control: socket.socket
    limits: Limits
    children: dict[int, int] = field(default_factory=dict)  # number of the job -> process id
    spare: Spare | None = None
    exiftool: ExifTool | None = None
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def serve(self) -> None:
        """Answer until the owner has gone."""
        self.selector.register(self.control, selectors.EVENT_READ)
        send(self.control, _READY)
        try:
            while True:
                if self.spare is None:
                    self.spare = self._forked_ahead()
                for key, _ in self.selector.select():
                    self._handle(key)
        except ChannelClosed:
            self._end()

    def _handle(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self.control:
            self._obey(*receive_with_files(self.control))
        else:
            self._reap(key.fd, key.data)

    def _obey(self, message: Message, files: list[int]) -> None:
        if "kill" in message:
            self._kill(message["kill"])
        else:
            self._begin(message, files)
        for descriptor in files:
            os.close(descriptor)

    def _begin(self, message: Message, files: list[int]) -> None:
        # The waiting exiftool is inherited, and by the child of one file alone.
        if message["work"] == "metadata":
            pid = self._forked(message, files, self._waiting_exiftool())
        else:
            pid = self._handed_over(message, files) or self._forked(message, files)
        self.children[message["job"]] = pid
        self.selector.register(os.pidfd_open(pid), selectors.EVENT_READ, message["job"])

    def _handed_over(self, message: Message, files: list[int]) -> int | None:
        """Give a file to the spare and return its process id; nothing, where there is none that lives."""
        spare, self.spare = self.spare, None
        if spare is None:
            return None
        with spare.channel:
            try:
                send(spare.channel, message, tuple(files))
            except ChannelClosed:
                os.waitpid(spare.pid, 0)
                return None
        return spare.pid

    def _forked(self, message: Message, files: list[int], exiftool: ExifTool | None = None) -> int:
        pid = os.fork()
        if not pid:
            _live_for_one_file(message, files, self.limits, exiftool)
        return pid

    def _forked_ahead(self) -> Spare:
        ours, theirs = socket.socketpair()
        with theirs:
            pid = os.fork()
            if not pid:
                _wait_for_file(theirs, self.limits)
        return Spare(pid, ours)

    def _waiting_exiftool(self) -> ExifTool | None:
        """Return a live exiftool where one is installed; starting one per file takes ten times as long."""
        if self.exiftool is not None and not self.exiftool.is_alive():
            self.exiftool.close()
            self.exiftool = None
        if self.exiftool is None and installed_version() is not None:
            self.exiftool = ExifTool()
        return self.exiftool

    def _kill(self, job: int) -> None:
        # The process id cannot have been given to another: its child has not been waited for.
        if job in self.children:
            os.kill(self.children[job], signal.SIGKILL)

    def _end(self) -> None:
        for job in self.children:
            self._kill(job)
        if self.spare is not None:
            self.spare.channel.close()
        if self.exiftool is not None:
            self.exiftool.close()

    def _reap(self, pidfd: int, job: int) -> None:
        self.selector.unregister(pidfd)
        os.close(pidfd)
        _, status, used = os.wait4(self.children.pop(job), 0)
        ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        send(
            self.control,
            {
                "job": job,
                "signal": ended_by,
                "peak_kib": used.ru_maxrss,
                "cpu_seconds": used.ru_utime + used.ru_stime,
            },
        )


def _wait_for_file(channel: socket.socket, limits: Limits) -> None:
    """Be the spare: hold nothing but the way by which a file comes, and end where none comes."""
    try:
        die_with_parent()
        close_all_but([channel.fileno()])
        message, files = receive_with_files(channel)
        channel.close()
        _live_for_one_file(message, files, limits, None)
    finally:
        os._exit(1)


def _live_for_one_file(message: Message, files: list[int], limits: Limits, exiftool: ExifTool | None) -> None:
    """Be the child: read the file, answer, and end without running anything of the parent's."""
    status = 1
    try:
        source, output, channel = files
        keys = {name: key_from(each) for name, each in message["keys"].items()}
        opened = opened_source(message["work"], source, keys.get("source"), limits)
        kept = [*opened.descriptors, output, channel, *(exiftool.descriptors if exiftool else ())]
        confine(getattr(limits, message["work"]), keep=kept)
        with socket.socket(fileno=channel) as connection, opened.stream as stream:
            options, output_key = message["options"], keys.get("output")
            work = Work(stream, opened.size, output, connection, limits, options, output_key, exiftool)
            answer(message["work"], work)
        status = 0
    finally:
        os._exit(status)


def main() -> None:
    """Load the libraries and serve the socket whose descriptor is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    prepare()
    warm_up()
    # What is loaded never goes away, and children must not copy its pages to count references.
    gc.collect()
    gc.freeze()
    Server(control, limits_from(json.loads(sys.argv[2]))).serve()


if __name__ == "__main__":
    main()
