import os
import subprocess
import sys

import pytest

from assistant.hearing.quiet import c_stderr_silenced

PROGRAM = """
import os, sys
from assistant.hearing.quiet import c_stderr_silenced
with c_stderr_silenced():
    os.write(2, b"lawaai van een bibliotheek\\n")
    print("van het programma zelf", file=sys.stderr)
    with c_stderr_silenced():
        os.write(2, b"nog meer lawaai\\n")
print("daarna", file=sys.stderr)
os.write(2, b"weer hoorbaar\\n")
"""


def test_c_is_silenced_and_python_is_not() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr == "van het programma zelf\ndaarna\nweer hoorbaar\n"


def test_it_works_without_a_standard_error() -> None:
    code = "import os, sys\nfrom assistant.hearing.quiet import c_stderr_silenced\n"
    code += "os.close(2)\nwith c_stderr_silenced():\n    print('binnen')\nprint('buiten')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "binnen\nbuiten\n"


def test_an_error_inside_does_not_leave_it_silenced(capfd: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with c_stderr_silenced():
            os.write(2, b"lawaai\n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    os.write(2, b"hoorbaar\n")
    assert capfd.readouterr().err == "hoorbaar\n"


def test_threads_of_libraries_are_silenced_for_good_and_python_is_not() -> None:
    code = """
import ctypes, sys
from assistant.hearing.quiet import silence_c_stdio
libc = ctypes.CDLL(None)
def c_prints(text):
    libc.fputs(text, ctypes.c_void_p.in_dll(libc, "stderr")); libc.fflush(None)
c_prints(b"eerst\\n")
silence_c_stdio(); silence_c_stdio()
c_prints(b"lawaai\\n")
print("van het programma zelf", file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr == "eerst\nvan het programma zelf\n"
