"""What pip, uv and Python complain of, as one sentence with a remedy."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence

from ..messages import Failure, tr

# Of a package or a host in the complaint.
HOST = re.compile(r"located at (\S+) is not|host='([^']+)'|https?://(?:[^@/\s]*@)?([^/\s:'\"]+)")
NO_SUCH_VERSION = re.compile(r"No matching distribution found for (\S+)|no version of (\S+)")
WRONG_HASH = re.compile(r"^\s*(\S+?)(?:==\S+)? from https?://\S+/([^/#\s]+)", re.MULTILINE)
HASHED_PACKAGE = re.compile(
    r"^\s{4}(\S+==\S+)|Hash mismatch for `([^`]+)`|provided for: (\S+)", re.MULTILINE
)
FILE = re.compile(r"['\"]([^'\"\n]*[/\\][^'\"\n]*)['\"]")

# The first whose pattern is found says what it was: causes before what follows from them.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("full", r"No space left on device|Errno 28\b|not enough space on the disk"
             r"|os error (28|112)\b"),
    ("hash", r"DO NOT MATCH THE HASHES|Hash mismatch|hash mismatch"),
    ("unhashed", r"Hashes are required in --require-hashes mode|requirements must have a hash"),
    ("proxy", r"407 |Proxy Authentication Required|ProxyError|Tunnel connection failed"
              r"|proxy authentication required|tunnel error|Cannot connect to proxy"),
    ("socks", r"Missing dependencies for SOCKS"),
    ("certificate", r"CERTIFICATE_VERIFY_FAILED|certificate verify failed|SSLError|UnknownIssuer"
                    r"|invalid peer certificate"),
    ("locked", r"WinError 32\b|being used by another process|os error 32\b"),
    ("denied", r"Permission denied|Errno 13\b|WinError 5\b|Access is denied|os error (5|13)\b"
               r"|Read-only file system"),
    ("long", r"WinError 206\b|File name too long|os error 206\b"),
    ("broken", r"IncompleteRead|Connection broken|connection closed before|error decoding response"
               r"|ConnectionResetError|Connection reset|Read timed out|ReadTimeoutError"
               r"|RemoteDisconnected|request or response body error|operation timed out"),
    ("offline", r"Name or service not known|getaddrinfo failed|nodename nor servname"
                r"|Temporary failure in name resolution|NewConnectionError|ConnectTimeoutError"
                r"|Network is unreachable|No route to host|dns error|Failed to fetch"
                r"|Connection refused|client error \(Connect\)|error sending request"),
    ("insecure", r"is not a trusted or secure host"),
    ("absent", r"No matching distribution found|Could not find a version|No solution found"),
    ("venv", r"ensurepip is not available|No module named ensurepip|python3-venv"),
)  # fmt: skip
# Worth another try, and how many in all: a network comes and goes, and to an older pip a download
# that broke off looks like one with another hash.
TRIES = {"broken": 3, "hash": 2}


def kind_of(lines: Sequence[str]) -> str:
    """What the output of a program that failed complains of; empty where nobody knows."""
    text = "\n".join(lines)
    return next((kind for kind, pattern in PATTERNS if re.search(pattern, text)), "")


def complaint(lines: Sequence[str], exit_code: int, step: str) -> Failure:
    """The failure that the output of a program tells of; `step` says what it was doing."""
    text = "\n".join(lines)
    kind = kind_of(lines)
    sentence = _sentences().get(kind)
    if sentence is None:
        said = next((line.strip() for line in reversed(lines) if line.strip()), "")
        message = tr("{} failed with exit code {}: {}").format(step, exit_code, said.rstrip("."))
        return Failure("setup", f"{message}.", tr("The details have the whole log."), text)
    message, remedy = sentence
    return Failure("setup", message.format(_subject(kind, text)), remedy, text)


def _sentences() -> dict[str, tuple[str, str]]:
    """The sentence and the remedy of each kind; braces stand for host, package or file."""
    return {
        "full": (
            tr("The disk is full."),
            tr("Make room, or choose a folder on another disk, and set up again."),
        ),
        "hash": (
            tr("{} is not the file that was locked: its SHA-256 differs."),
            tr(
                "Nothing of it was installed. Try again; if it stays so, a proxy or a mirror "
                "changes files, and your network's administrator should know."
            ),
        ),
        "unhashed": (
            tr("The lock has no hash for {}."),
            tr("Install the plugin again: its files are damaged."),
        ),
        "proxy": (
            tr("The proxy refuses the connection to {}."),
            tr("Check proxy, user and password in Settings > Options > Network."),
        ),
        "socks": (
            tr("pip cannot use a SOCKS proxy."),
            tr("Set an HTTP proxy in Settings > Options > Network."),
        ),
        "certificate": (
            tr("The certificate of {} cannot be verified."),
            tr(
                "If your network inspects encrypted traffic, add its authority in Settings > "
                "Options > Authentication > Manage certificates."
            ),
        ),
        "locked": (
            tr("Another program uses the file {}."),
            tr("It may be a virus scanner: wait a minute and repair the runtime."),
        ),
        "denied": (
            tr("There is no permission to write {}."),
            tr("Choose another folder for the runtime; a virus scanner may guard this one."),
        ),
        "long": (
            tr("The path {} is too long for this system."),
            tr("Choose a folder with a shorter path for the runtime."),
        ),
        "broken": (
            tr("The download from {} broke off."),
            tr("Set up again: what has arrived is not downloaded twice."),
        ),
        "offline": (
            tr("{} cannot be reached."),
            tr("Check the network and QGIS's proxy settings, or take the packages from a folder."),
        ),
        "insecure": (
            tr("{} is not asked, because the connection to it is not encrypted."),
            tr("Give pip an address that begins with https, or name it as a trusted host."),
        ),
        "absent": (
            tr("There is no file of {} for this computer where packages are looked for."),
            tr("A mirror or a folder may lack it: complete it, or use the internet."),
        ),
        "venv": (
            tr("This Python cannot make environments."),
            tr("Install its venv module (python3-venv on Debian and Ubuntu)."),
        ),
    }


def _subject(kind: str, text: str) -> str:
    """What the sentence is about: a package, a file or a host."""
    patterns = {
        "hash": (HASHED_PACKAGE, WRONG_HASH),
        "unhashed": (HASHED_PACKAGE,),
        "absent": (NO_SUCH_VERSION,),
        "denied": (FILE,),
        "locked": (FILE,),
        "long": (FILE,),
    }.get(kind, (HOST,))
    for pattern in patterns:
        found = pattern.search(text)
        if found:
            return next(group for group in found.groups() if group)
    return tr("the index") if patterns == (HOST,) else tr("a file")


def from_os_error(error: OSError) -> Failure:
    """The failure of this process's own work with files."""
    name = str(error.filename or "")
    kinds = {errno.ENOSPC: "full", errno.EACCES: "denied", errno.EPERM: "denied",
             errno.EROFS: "denied", errno.ENAMETOOLONG: "long"}  # fmt: skip
    kind = {32: "locked", 112: "full", 206: "long"}.get(getattr(error, "winerror", None) or 0)
    kind = kind or kinds.get(error.errno or 0, "")
    if not kind:
        message = tr("{} cannot be written ({}).").format(name, error.strerror)
        return Failure("setup", message, tr("Choose another folder for the runtime."))
    message, remedy = _sentences()[kind]
    return Failure("setup", message.format(name), remedy)
