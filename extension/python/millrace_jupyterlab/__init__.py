"""The JupyterLab extension of Millrace: live charts and tables, and the replay control of a notebook."""

__version__ = "0.1.0"


def _jupyter_labextension_paths():
    return [{"src": "labextension", "dest": "@millrace/jupyterlab"}]
