"""Files and configurations as files: copy, dir, more, delete, verify, write."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

import hashlib
import posixpath

from smartlic_lab.device.commands.registry import Ask, Call, CommandFailed, Dialogue, Handlers, confirmed
from smartlic_lab.device.filesystem import FileSystemError
from smartlic_lab.device.session import Session

handles = Handlers[Session]()

_RUNNING = ("running-config", "system:running-config", "system:/running-config")
_STARTUP = ("startup-config", "nvram:startup-config", "nvram:/startup-config")


def quiet(session: Session) -> bool:
    """``file prompt quiet``: no questions."""
    return session.device.running.value("file", "prompt") == "quiet"


def read_config_file(session: Session, url: str) -> str:
    """A configuration by name: running, startup, or a file."""
    device = session.device
    if url in _RUNNING:
        return device.running_text()
    if url in _STARTUP:
        if device.startup is None:
            raise CommandFailed("startup-config is not present")
        return device.startup
    return device.files.read(session.absolute(url)).decode(errors="replace")


@handles("copy")
def copy(session: Session, call: Call) -> Dialogue:
    words = [word for word in call.match.words[1:] if not word.startswith("/")]
    source, target = words[0], words[1]
    device = session.device
    for name, url in (("source", source), ("destination", target)):
        if _remote(url):
            return (
                f"%Error opening {url} (Timed out)\n"
                if name == "source"
                else f"%Error opening {url} (Undefined error)\n"
            )
    default = "running-config" if target in _RUNNING else "startup-config" if target in _STARTUP else ""
    if default and source in _RUNNING and default == "startup-config":
        if not quiet(session):
            yield Ask("Destination filename [startup-config]? ")
        device.save(session.now)
        return "Building configuration...\n[OK]\n"
    if not default:
        default = posixpath.basename(
            target.partition(":")[2] or target if ":" not in target else target.partition(":")[2]
        )
        default = default or _usual_name(session, source)
    if not quiet(session):
        answer = yield Ask(f"Destination filename [{default}]? ")
        if answer.strip() and target not in (*_RUNNING, *_STARTUP):
            target = f"{target.partition(':')[0]}:{answer.strip()}" if ":" in target else answer.strip()
    data = (
        read_config_file(session, source).encode()
        if source in (*_RUNNING, *_STARTUP)
        else device.files.read(session.absolute(source))
    )
    if target in _RUNNING:
        problems = device.merge(data.decode(errors="replace").splitlines(), session.now)
        text = "".join(f"% {problem}\n" for problem in problems)
        return f"{text}{len(data)} bytes copied in 0.121 secs ({len(data) * 8} bytes/sec)\n"
    if target in _STARTUP:
        device.startup = data.decode(errors="replace")
        return f"[OK]\n{len(data)} bytes copied in 0.121 secs ({len(data) * 8} bytes/sec)\n"
    if target.endswith((":", "/")):
        target += default
    url = session.absolute(target)
    if device.files.exists(url) and not quiet(session):
        shown = url.partition(":")[2].lstrip("/")
        answer = yield Ask(
            "Do you want to over write? [confirm]",
            before=f"%Warning:There is a file already existing with this name {shown}\n",
            single_key=True,
        )
        if not confirmed(answer):
            return "%Error copying (Aborted)\n"
    device.files.write(url, data, session.now)
    return f"{len(data)} bytes copied in 0.052 secs ({len(data) * 19} bytes/sec)\n"


def _usual_name(session: Session, source: str) -> str:
    if source in _RUNNING:
        return f"{session.device.hostname.lower()}-confg"
    return "startup-config" if source in _STARTUP else posixpath.basename(source.partition(":")[2] or source)


def _remote(url: str) -> bool:
    return url.partition(":")[0].lower() in ("tftp", "ftp", "scp", "sftp", "http", "https", "rcp") and ":" in url


@handles("write_memory")
def write_memory(session: Session, call: Call) -> str:
    session.device.save(session.now)
    return "Building configuration...\n[OK]\n"


@handles("write_erase")
def write_erase(session: Session, call: Call) -> Dialogue:
    answer = yield Ask(
        "Continue? [confirm]",
        before="Erasing the nvram filesystem will remove all configuration files! ",
        single_key=True,
    )
    if not confirmed(answer):
        return "\n"
    session.device.startup = None
    return "\n[OK]\nErase of nvram: complete\n"


def nvram_size(session: Session) -> int:
    """The bytes of NVRAM, as ``show version`` has them."""
    return session.device.family.file_systems.get("nvram", 33_554_432)


def _nvram(session: Session) -> str:
    """The startup configuration, where there is one. Unverified: which other files a device keeps there."""
    startup = session.device.startup
    text = "Directory of nvram:/\n\n"
    if startup is not None:
        text += f"{1:>5}  -rw-  {len(startup):>14}{'<no date>':>28}  startup-config\n"
    size = nvram_size(session)
    return f"{text}\n{size} bytes total ({size - len(startup or '')} bytes free)\n"


def _empty(name: str, size: int) -> str:
    return f"Directory of {name}:/\n\nNo files in directory\n\n{size} bytes total ({size} bytes free)\n"


@handles("dir")
def dir_(session: Session, call: Call) -> str:
    device = session.device
    path = call.argument("path") or session.folder
    if path.lower() in ("nvram:", "nvram:/"):
        return _nvram(session)
    disk, _, inside = path.lower().partition(":")
    if disk in session.device.files.others and inside in ("", "/"):
        return _empty(disk, session.device.files.others[disk])
    url = session.absolute(path if ":" in path or call.match.words[0] != "show" else session.folder)
    files = device.files
    system = url.partition(":")[0]
    out = []
    if not files.is_folder(url):
        files.read(url)  # raises where it does not exist
        folder, name = posixpath.split(files.path_of(url))
        shown = f"{system}:/{folder + '/' if folder else ''}{name}"
        entries = [(entry, file) for entry, file in files.entries(f"{system}:{folder}") if entry == name]
    else:
        inside = files.path_of(url)
        shown = f"{system}:/{inside + '/' if inside else ''}"
        entries = list(files.entries(url))
    out.append(f"Directory of {shown}\n")
    for number, (name, file) in enumerate(entries, 11):
        if file is None:
            out.append(f"{number:<6}  drwx           4096  Jan 01 2024 00:00:00 +00:00  {name}")
        else:
            stamp = file.modified.astimezone(device.zone)
            offset = f"{stamp:%z}"
            out.append(
                f"{number:<6}  -rw-  {len(file.data):>13}  {stamp:%b %d %Y %H:%M:%S} {offset[:3]}:{offset[3:]}  {name}"
            )
    if not entries:
        out.append("No files in directory")
    free = files.size - files.used()
    return "\n".join(out) + f"\n\n{files.size} bytes total ({free} bytes free)\n"


@handles("more")
def more(session: Session, call: Call) -> str:
    url = call.required("path")
    text = read_config_file(session, url)
    return text if text.endswith("\n") or not text else f"{text}\n"


@handles("delete")
def delete(session: Session, call: Call) -> Dialogue:
    url = session.absolute(call.required("path"))
    path = session.device.files.path_of(url)
    system = url.partition(":")[0]
    if not call.has("/force") and not quiet(session):
        answer = yield Ask(f"Delete filename [{path}]? ")
        if answer.strip():
            path = answer.strip()
            url = f"{system}:{path}"
        answer = yield Ask(f"Delete {system}:/{path}? [confirm]", single_key=True)
        if not confirmed(answer):
            return "Delete of file aborted\n"
    session.device.files.delete(url, recursive=call.has("/recursive"))
    return ""


@handles("rename")
def rename(session: Session, call: Call) -> Dialogue:
    target = call.required("target")
    if not quiet(session):
        answer = yield Ask(f"Destination filename [{session.device.files.path_of(session.absolute(target))}]? ")
        target = answer.strip() or target
    session.device.files.rename(session.absolute(call.required("path")), session.absolute(target))
    return ""


@handles("mkdir")
def mkdir(session: Session, call: Call) -> Dialogue:
    url = session.absolute(call.required("path"))
    if not quiet(session):
        yield Ask(f"Create directory filename [{session.device.files.path_of(url)}]? ")
    session.device.files.make_folder(url)
    return f"Created dir {url.partition(':')[0]}:/{session.device.files.path_of(url)}\n"


@handles("rmdir")
def rmdir(session: Session, call: Call) -> Dialogue:
    url = session.absolute(call.required("path"))
    path = session.device.files.path_of(url)
    if not quiet(session):
        yield Ask(f"Remove directory filename [{path}]? ")
        yield Ask(f"Delete {url}? [confirm]", single_key=True)
    session.device.files.delete(url, recursive=True)
    return f"Removed dir {url.partition(':')[0]}:/{path}\n"


@handles("pwd")
def pwd(session: Session, call: Call) -> str:
    return f"{session.folder}/\n" if session.folder.endswith(":") else f"{session.folder}\n"


@handles("cd")
def cd(session: Session, call: Call) -> str:
    url = session.absolute(call.argument("path") or f"{session.device.family.flash}:")
    if not session.device.files.is_folder(url):
        raise CommandFailed(f"%Error changing dir to {url} (No such file or directory)")
    session.folder = url.rstrip("/")
    return ""


@handles("verify")
def verify(session: Session, call: Call) -> str:
    url = session.absolute(call.required("path"))
    data = session.device.files.read(url)
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    name = f"{url.partition(':')[0]}:{session.device.files.path_of(url)}"
    if call.has("/md5"):
        dots = "." * min(40, 1 + len(data) // 65536)
        wanted = call.argument("digest")
        if wanted is None:
            return f"{dots}Done!\nverify /md5 ({name}) = {digest}\n"
        if wanted.lower() == digest:
            return f"{dots}Done!\nVerified ({name}) = {digest}\n"
        return f"{dots}Done!\n%Error verifying {name}\nComputed signature  = {digest}\nSubmitted signature = {wanted}\n"
    raise FileSystemError(f"%Error verifying {name} (Not a valid image)")


@handles("show_file_systems")
def show_file_systems(session: Session, call: Call) -> str:
    files, nvram = session.device.files, nvram_size(session)
    others = "".join(f"  {size:>12} {size:>13}      disk     rw   {name}:\n" for name, size in files.others.items())
    used = len(session.device.startup or "")
    return (
        "File Systems:\n\n"
        "       Size(b)       Free(b)      Type  Flags  Prefixes\n"
        "             -             -    opaque     rw   system:\n"
        f"* {files.size:>12} {files.size - files.used():>13}      disk     rw   {files.flash}:\n"
        f"{others}  {nvram:>12} {nvram - used:>13}     nvram     rw   nvram:\n"
    )
