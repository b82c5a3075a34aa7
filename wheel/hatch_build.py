"""Names the platform that the wheel is for: it holds the binaries of one."""

import os

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PlatformHook(BuildHookInterface):
    def initialize(self, version, build_data):
        build_data["pure_python"] = False
        build_data["tag"] = os.environ["MILLRACE_WHEEL_TAG"]
