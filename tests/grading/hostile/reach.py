"""Attacks that want to see, change or end something outside of their sandbox."""

from tests.grading.hostile.attack import attack, everywhere

REACH = [
    attack("a secret read", "def norm(x):\n    raise ValueError(open(OUTSIDE + '/.secret').read())"),
    attack("another's work read", "exec(open(OUTSIDE + '/other').read())", says="not define `norm`"),
    attack("the environment read", "import os\ndef norm(x):\n    raise ValueError(repr(dict(os.environ)))"),
    attack("the grader's environment read", "def norm(x):\n    raise ValueError(open('/proc/GRADER/environ').read())"),
    attack("the grader's memory read", "def norm(x):\n    return float(open('/proc/GRADER/mem', 'rb').read(1)[0])"),
    everywhere("results overwritten", "open(OUTSIDE + '/results.jsonl', 'w').write('[]')"),
    everywhere("results appended to", "os.write(os.open(OUTSIDE + '/results.jsonl', os.O_WRONLY | os.O_APPEND), b'x')"),
    everywhere("results cut", "os.truncate(OUTSIDE + '/results.jsonl', 0)"),
    everywhere("a file left behind", "open(OUTSIDE + '/left', 'w').write('x')"),
    everywhere("another's work removed", "os.remove(OUTSIDE + '/other')"),
    everywhere("another's work renamed", "os.rename(OUTSIDE + '/other', OUTSIDE + '/mine')"),
    everywhere("rights changed", "os.chmod(OUTSIDE + '/.secret', 0o777)"),
    everywhere("times changed", "os.utime(OUTSIDE + '/.secret', (0, 0))"),
    everywhere("a link to the outside", "os.symlink(OUTSIDE, '/tmp/out'); open('/tmp/out/left', 'w').write('x')"),
    everywhere("another file system", "ctypes.CDLL(None).mount(b'/', b'/tmp', None, 4096, None)", "import ctypes"),
    everywhere("another name space", "ctypes.CDLL(None).unshare(0x10000000)", "import ctypes"),
    everywhere("another root", "os.chroot('/tmp')"),
    everywhere("root again", "os.setuid(0)"),
    everywhere("a call", "socket.create_connection(('127.0.0.1', PORT), 1).send(b'x')", "import socket"),
    everywhere("a letter", "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))", "import socket"),
    everywhere("the grader killed", "os.kill(GRADER, 9)"),
    everywhere(
        "the grader killed by the kernel",
        "[(fcntl.fcntl(n, 10, 9), fcntl.fcntl(n, 8, GRADER), fcntl.fcntl(n, 4, 0o20000)) for n in (3, 4)]",
        "import fcntl",
    ),
    everywhere("everybody killed", "os.kill(-1, 9)"),
    everywhere("the grader traced", "ctypes.CDLL(None).ptrace(16, GRADER, 0, 0)", "import ctypes"),
    everywhere(
        "the grader's limits lowered",
        "resource.prlimit(GRADER, resource.RLIMIT_NOFILE, (0, 0))",
        "import resource",
    ),
    everywhere("one's own limits raised", "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "import resource"),
    everywhere("a shell", "os.system('touch ' + OUTSIDE + '/left')"),
    everywhere("a program", "subprocess.run(['/usr/bin/touch', OUTSIDE + '/left'])", "import subprocess"),
    attack("another program in its place", "import os\nos.execv('/bin/sh', ['sh', '-c', 'sleep 60'])"),
    attack(
        "a daemon",
        """
        import os, time
        if not os.fork():
            os.setsid()
            if not os.fork():
                time.sleep(60)
        """,
    ),
]
