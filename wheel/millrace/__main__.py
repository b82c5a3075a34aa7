"""Starts what runs on Node: `python -m millrace kernel CONNECTION_FILE` the kernel, anything else the command line."""

import os
import subprocess
import sys
from pathlib import Path

from .node import NodeProblem, find_node

MODULES = Path(__file__).parent / "app" / "node_modules"
KERNEL = MODULES / "@millrace" / "kernel" / "dist" / "main.js"
COMMANDS = MODULES / "millrace" / "bin" / "millrace.mjs"


def main():
    args = sys.argv[1:]
    is_kernel = args[:1] == ["kernel"]
    try:
        node = find_node()
    except NodeProblem as problem:
        print(problem, file=sys.stderr, flush=True)
        if is_kernel and len(args) == 2:
            return tell(args[1], str(problem))
        return 1
    command = [node, str(KERNEL), *args[1:]] if is_kernel else [node, str(COMMANDS), *args]
    if os.name == "nt":
        return subprocess.run(command, check=False).returncode
    # Node takes this process's place, so that the kernel is the process that Jupyter has started, and watches over.
    os.execv(node, command)


def tell(connection_file, problem):
    """A front end shows a kernel that ends at once as one that died: one that says why in its cells is of more use."""
    try:
        from .without_node import launch
    except ImportError:
        return 1
    launch(connection_file, problem)
    return 0


if __name__ == "__main__":
    sys.exit(main())
