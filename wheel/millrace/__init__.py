"""Millrace, a notebook for data that moves: the Jupyter kernel, which runs on Node, and the JupyterLab extension."""

__version__ = "0.1.0"
