"""Many threads may send OpenVINO their first photo at once."""

import subprocess
import sys

_RACE = """
import os, signal, sys, threading
import {imported}
from openvino import Type

def ask():
    barrier.wait()
    Type.u8.to_dtype()

children = []
for _ in range(12):
    child = os.fork()
    if not child:
        # A process that stands still cannot end itself; the signal's own action does.
        signal.alarm(20)
        sys.setswitchinterval(1e-6)
        barrier = threading.Barrier(8)
        threads = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os._exit(0)
    children.append(child)
print(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""


def test_no_process_stands_still_whose_threads_ask_for_the_first_type_at_once() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _RACE.format(imported="defect_app.engine")], capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "0"
