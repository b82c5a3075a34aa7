"""Runs jupyter_kernel_test against the installed kernelspec and prints one JSON line of its results."""

import json
import unittest

import jupyter_kernel_test


class MillraceTests(jupyter_kernel_test.KernelTests):
    kernel_name = "millrace"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = 'console.log("hello, world")'
    code_stderr = 'console.error("oops")'
    completion_samples = [{"text": '"abc".toUpperC', "matches": {"toUpperCase"}}]
    complete_code_samples = ["1", "const a = { b: 1 }", "function f() {}\n"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "`abc"]
    invalid_code_samples = ["const = 3", "}}}", "let 1x = 2"]
    code_generate_error = 'throw new Error("boom")'
    code_execute_result = [
        {"code": "6*7", "result": "42"},
        {"code": "6*8", "result": "48"},
        {"code": "[1, 2]", "result": "[ 1, 2 ]"},
    ]
    code_display_data = [
        {"code": 'display(display.html("<b>x</b>"))', "mime": "text/html"},
        {"code": 'display(display.png("iVBORw0KGgo="))', "mime": "image/png"},
    ]
    code_history_pattern = "6?7*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "parseInt"
    code_clear_output = "console.clear()"
    code_page_something = "parseInt?"

    @classmethod
    def setUpClass(cls):
        """Lets the types load on a busy machine: the suite's own patience is for cells, not for starts."""
        super().setUpClass()
        cls.kc.execute("1")
        cls.get_non_kernel_info_reply(cls, timeout=90)


class Names(unittest.TextTestResult):
    """Remembers the names of the tests that passed."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passed = []

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.append(test._testMethodName)


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(MillraceTests)
    result = unittest.TextTestRunner(resultclass=Names).run(suite)
    failed = {str(test): text for test, text in result.failures + result.errors}
    skipped = {test._testMethodName: reason for test, reason in result.skipped}
    print(json.dumps({"passed": sorted(result.passed), "failed": failed, "skipped": skipped}))
