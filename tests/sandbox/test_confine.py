"""Programs that try to leave their worker in; refusals out, from the kernel and not from a policy."""

from __future__ import annotations

import os
import sys

import pytest

from app.sandbox.confine import address_space, probe

pytestmark = pytest.mark.skipif(
    not probe().kernel_enforced, reason="this machine's kernel confines nothing"
)


def can_become_nobody() -> bool:
    """Root, in a container that maps the high user numbers (rootless ones do not)."""
    with open("/proc/self/uid_map") as file:
        mapped = [tuple(map(int, line.split())) for line in file]
    high = 0x70000000
    return os.geteuid() == 0 and any(a <= high and high + (1 << 22) <= a + n for a, _, n in mapped)


REFUSED = {
    "open": "open('/etc/passwd').read()",
    "create": "os.open('/tmp/left-behind', os.O_CREAT | os.O_WRONLY)",
    "list": "os.listdir('/')",
    "stat": "os.stat('/etc/passwd')",
    "environ": "open('/proc/self/environ').read()",
    "memory": "open('/proc/self/mem', 'rb')",
    "unlink": "os.unlink('/tmp/anything')",
    "chdir": "os.chdir('/')",
    "socket": "socket.socket()",
    "unix_socket": "socket.socketpair()",
    "datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "fork": "os.fork()",
    "vfork_exec": "subprocess.run(['/bin/true'])",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "exec": "os.execv('/bin/true', ['true'])",
    "kill_parent": "os.kill(os.getppid(), 9)",
    "kill_all": "os.kill(-1, 9)",
    "kill_self": "os.kill(os.getpid(), 9)",
    "kill_thread": "signal.pthread_kill(threading.get_ident(), 9)",
    "pidfd": "os.pidfd_open(os.getppid())",
    "raise_limit": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "become_root": "os.setuid(0)",
    "session": "os.setsid()",
    "nice": "os.nice(-5)",
    "timer": "signal.setitimer(signal.ITIMER_REAL, 1)",
    "pipe": "os.pipe()",
    "duplicate": "os.dup(0)",
    "shared_memory": "os.memfd_create('x')",
    "affinity": "os.sched_setaffinity(0, {0})",
}

#: x86-64 and arm64 numbers of calls that Python has no function for
RAW = {
    "x86_64": {
        "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "prctl": 157,
        "tgkill": 234, "tkill": 200, "bpf": 321, "seccomp": 317, "openat": 257, "openat2": 437,
        "io_uring_setup": 425, "userfaultfd": 323, "keyctl": 250, "unshare": 272, "setns": 308,
        "mount": 165, "pidfd_getfd": 438, "shmget": 29, "sendmsg": 46, "ioctl": 16,
        "execveat": 322, "reboot": 169, "perf_event_open": 298, "pidfd_send_signal": 424,
    },
    "aarch64": {
        "ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "prctl": 167,
        "tgkill": 131, "openat": 56, "bpf": 280, "unshare": 97, "mount": 40,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_kernel_refuses_call(house, name: str) -> None:
    said = house.said(f"out = {REFUSED[name]}")
    assert said.split(":")[0] in ("PermissionError", "OSError", "ValueError", "itimer_error"), said
    assert "not permitted" in said or "not allowed to raise" in said, said


@pytest.mark.parametrize("name", RAW.get(os.uname().machine, {}))
def test_raw_call_is_refused(house, name: str) -> None:
    number = RAW[os.uname().machine][name]
    source = f"c = ctypes.CDLL(None, use_errno=True)\nr = c.syscall({number}, 0, 0, 0, 0, 0)\n"
    assert house.said(source + "out = (r, ctypes.get_errno())") == "(-1, 1)"


def test_shell_runs_nothing(house, tmp_path) -> None:
    house.run(f"out = os.system('touch {tmp_path}/mark')")
    assert not (tmp_path / "mark").exists()


def test_raw_clone_makes_no_process(house) -> None:
    number = {"x86_64": 56, "aarch64": 220}[os.uname().machine]
    source = f"c = ctypes.CDLL(None, use_errno=True)\nr = c.syscall({number}, 17, 0, 0, 0, 0)\n"
    assert house.said(source + "out = (r, ctypes.get_errno())") == "(-1, 1)"


def test_old_abi_ends_worker(house) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("int 0x80 is x86")
    code = "b8 14 00 00 00 cd 80 c3"  # mov eax, 20; int 0x80; ret
    source = (
        "m = mmap.mmap(-1, 4096, prot=7)\n"
        f"m.write(bytes.fromhex('{code}'))\n"
        "f = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))\n"
        "out = f()"
    )
    assert house.code(source) == "worker_crashed"


def test_threads_are_allowed(house) -> None:
    source = "t = threading.Thread(target=lambda: None); t.start(); t.join(); out = 'joined'"
    assert house.said(source) == "joined"


def test_torch_uses_its_threads(house) -> None:
    assert house.said("a = torch.ones(600, 600); out = (a @ a)[0, 0].item()") == "600.0"
    assert house.said("out = torch.get_num_threads()") == str(house.pool.settings.torch_threads)


def test_environment_is_empty(house) -> None:
    assert house.said("out = dict(os.environ)") == "{}"


def test_host_has_no_name(house) -> None:
    assert house.said("import platform; out = platform.node()") == ""
    assert house.said("import platform; out = platform.system()") == "Linux"


def test_secrets_left_no_trace(monkeypatch) -> None:
    from conftest import House

    monkeypatch.setenv("DATABASE_PASSWORD", "hunter2hunter2")
    monkeypatch.setenv("GRADREEL_SECRET", "hunter2hunter2")
    house = House()
    raw = (  # the block the kernel filled at exec, which clearing os.environ does not wipe
        "top = ctypes.c_char_p.in_dll(ctypes.CDLL(None), 'program_invocation_name')\n"
        "at = ctypes.cast(top, ctypes.c_void_p).value\n"
        "end = (at | 4095) + 1\n"
        "block = ctypes.string_at(at, end - at)\n"
        "out = (b'GRADREEL_DEADLINE_S' in block, b'hunter2' in block)"
    )
    try:
        assert house.said(raw) == "(True, False)"
    finally:
        house.close()


def test_only_channel_is_open(house) -> None:
    source = (
        "out = []\n"
        "for n in range(0, 4096):\n"
        "    try: os.lseek(n, 0, 1); out.append((n, 0))\n"
        "    except OSError as e: out.append((n, e.errno)) if e.errno != 9 else None\n"
    )
    opened = dict(eval(house.said(source)))
    assert [opened.pop(n) for n in (0, 1, 2)] == [0, 0, 0]  # /dev/null
    assert list(opened.values()) == [29]  # one that cannot seek: the socket


def test_channel_passes_no_descriptors(house) -> None:
    source = (
        "def is_socket(n):\n"
        "    try: os.lseek(n, 0, 1)\n"
        "    except OSError as e: return e.errno == 29\n"
        "n = next(n for n in range(3, 64) if is_socket(n))\n"
        "c = ctypes.CDLL(None, use_errno=True)\n"
        "out = (c.sendmsg(n, 0, 0), ctypes.get_errno(), c.recvmsg(n, 0, 0), ctypes.get_errno())"
    )
    assert house.said(source) == "(-1, 1, -1, 1)"


def test_root_is_left_behind(house) -> None:
    if not can_become_nobody():
        pytest.skip("only root has something to leave, and a container may not let it")
    worker = house.spare()
    with open(f"/proc/{worker.pid}/status") as file:
        status = dict(line.split(":", 1) for line in file.read().splitlines())
    assert set(status["Uid"].split()) == {str(0x70000000 + worker.pid)}
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"
    assert status["Groups"].strip() == ""


def test_limits_are_set(house) -> None:
    with open(f"/proc/{house.spare().pid}/limits") as file:
        rows = {line[:26].strip(): line[26:].split()[:2] for line in file}
    limits = house.pool.settings
    assert rows["Max core file size"] == rows["Max file size"] == ["0", "0"]
    assert rows["Max open files"] == ["16", "16"]
    assert rows["Max cpu time"] == [str(int(limits.deadline_s * limits.torch_threads) + 60)] * 2
    soft, hard = map(int, rows["Max address space"])
    with open(f"/proc/{house.spare().pid}/statm") as file:
        used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    assert soft == hard
    assert abs(soft - used - (limits.memory_mib << 20)) < 256 << 20


def test_thread_flood_is_bounded(house) -> None:
    source = (
        "threading.stack_size(65536)\nstop = threading.Event()\nout = 0\n"
        "try:\n"
        "    while out < 4000: threading.Thread(target=stop.wait, daemon=True).start(); out += 1\n"
        "except RuntimeError: pass\n"
    )
    started = int(house.said(source))
    assert started < (100 if can_become_nobody() else 4000)
    assert house.said("out = 'next'") == "next"


def test_probe_names_platform() -> None:
    report = probe()
    assert report.platform == sys.platform
    assert report.kernel_enforced == report.seccomp


def test_address_space_counts_torch() -> None:
    assert address_space() > 10 << 20
