#!/usr/bin/env node
// The command `millrace`: a file that is there, and may be run, before anything has been built.
import '../dist/node/cli/main.js';
