"""Runs a notebook without a user: execute.py NOTEBOOK RESULT HTML. Writes the executed notebook, and what nbconvert makes of it."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

source, result, html = map(Path, sys.argv[1:4])
notebook = nbformat.read(source, as_version=4)
client = NotebookClient(notebook, timeout=180, startup_timeout=60, resources={"metadata": {"path": str(source.parent)}})
try:
    client.execute()
finally:
    nbformat.write(notebook, result)
html.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
