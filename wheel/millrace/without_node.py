"""A kernel that stands in where there is no Node: every cell says what is missing."""

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel


def launch(connection_file, problem):
    """Runs until it is shut down."""

    class WithoutNode(Kernel):
        implementation = "millrace-without-node"
        implementation_version = "1"
        banner = problem
        language_info = {"name": "typescript", "mimetype": "text/x-typescript", "file_extension": ".ts"}

        async def do_execute(self, code, silent, *args, **kwargs):
            error = {"ename": "NodeMissing", "evalue": problem, "traceback": [f"NodeMissing: {problem}"]}
            if not silent:
                self.send_response(self.iopub_socket, "error", error)
            return {"status": "error", "execution_count": self.execution_count, **error}

    IPKernelApp.launch_instance(argv=["-f", connection_file], kernel_class=WithoutNode)
