# SPDX-License-Identifier: Apache-2.0
"""What is read from outside: CPU time, disk, system calls, another generator's runs."""

import hashlib
import os
import shutil
import signal
import subprocess
import time

from servers import s3raw


def absolute(command):
    return [shutil.which(command[0]) or command[0]] + command[1:]


def cpu_ns(server):
    """CPU time of all threads, also of those that ended: clock_getcpuclockid(3) as Linux
    builds its answer."""
    return sum(time.clock_gettime_ns((~pid << 3) | 2) for pid in server.pids())


def disk_of(folder):
    """Bytes on disk, of the index and of the rest."""
    out = {"index": 0, "rest": 0}
    for base, _, names in os.walk(folder):
        for name in names:
            kind = "index" if name.endswith(".mdb") or "index" in base else "rest"
            out[kind] += os.stat(os.path.join(base, name)).st_blocks * 512
    return out


def trace(server, op, options, home):
    out = os.path.join(home, "strace")
    args = ["strace", "-f", "-c", "-o", out]
    for pid in server.pids():
        args += ["-p", str(pid)]
    tracer = subprocess.Popen(args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.4)
    done = server.load(op, seconds=1, **options)
    tracer.send_signal(signal.SIGINT)
    tracer.wait()
    counts = {}
    with open(out) as f:
        for line in f:
            words = line.split()
            if len(words) >= 5 and words[0].replace(".", "").isdigit() and words[-1] != "total":
                counts[words[-1]] = int(words[3]) / max(1, done["issued"])
    return {"total": sum(counts.values()), "by_name": dict(
        sorted(((k, round(v, 3)) for k, v in counts.items() if v >= 0.005), key=lambda x: -x[1]))}


WRK_SCRIPT = """
local requests, at = {}, 0
function init(args)
	local f = io.open(args[1], "rb")
	local text = f:read("*a")
	f:close()
	for one in text:gmatch("(.-\\r\\n\\r\\n)") do requests[#requests + 1] = one end
end
function request()
	at = at % #requests + 1
	return requests[at]
end
"""


def wrk_run(server, keys, seconds, home):
    script, heads = os.path.join(home, "wrk.lua"), os.path.join(home, "wrk.heads")
    with open(script, "w") as f:
        f.write(WRK_SCRIPT)
    with open(heads, "wb") as f:
        for i in range(keys):
            path = "/bench/s/%08d" % i
            headers = [("Host", "127.0.0.1:%d" % server.port)]
            if server.access:
                sha = hashlib.sha256(b"").hexdigest()
                signer = s3raw.Signer(server.access, server.secret)
                headers += [("x-amz-content-sha256", sha), ("x-amz-date", signer.stamp)]
                headers.append(("Authorization", signer.header("GET", path, [], headers, sha)))
            f.write(("GET %s HTTP/1.1\r\n%s\r\n\r\n" % (
                path, "\r\n".join("%s: %s" % h for h in headers))).encode())
    before = cpu_ns(server)
    out = subprocess.run(["wrk", "-t1", "-c16", "-d%ds" % max(1, round(seconds)), "--latency", "-s",
                          script, server.endpoint, "--", heads], stdout=subprocess.PIPE,
                         check=True).stdout.decode()
    used = cpu_ns(server) - before
    ops = int([x for x in out.splitlines() if "requests in" in x][0].split()[0])
    bad = sum(int(x.split(":")[1]) for x in out.splitlines() if "Non-2xx" in x)
    return {"ops": ops, "errors": bad, "cpu_us": used / 1e3 / max(1, ops),
            "rate": ops / max(1, round(seconds))}
