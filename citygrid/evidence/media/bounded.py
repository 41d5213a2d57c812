"""Becomes another program within bounds: what a film does to it, it does without the platform's memory or files.

    bounded.py FOLDER BYTES_OF_MEMORY SECONDS BYTES_OF_OUTPUT PROGRAM ARGUMENT ...

What the program says goes to the file `result` of the folder. It imports nothing of the platform.
"""

import os
import resource
import sys
from pathlib import Path


def main() -> None:
    """Run on the arguments of the command line; does not return."""
    folder, memory, seconds, output, program, *arguments = sys.argv[1:]
    bounds = {
        resource.RLIMIT_AS: int(memory),
        resource.RLIMIT_CPU: int(seconds),
        resource.RLIMIT_FSIZE: int(output),
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for bound, value in bounds.items():
        resource.setrlimit(bound, (value, value))
    told = os.open(Path(folder) / "result", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    os.dup2(told, 1)
    os.execvp(program, [program, *arguments])  # noqa: S606 - the point of this program


if __name__ == "__main__":
    main()
