// Loaded into the processes of a kernel: told by a signal, a process collects its garbage and writes down what it holds.
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

process.on('SIGUSR2', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  // What was freed may wait for a turn of the loop: buffers, and what is told when something is gone.
  collect();
  setTimeout(() => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    const resources = process.getActiveResourcesInfo().length;
    const file = join(process.env.MILLRACE_PROBE, `${process.pid}.json`);
    writeFileSync(file, JSON.stringify({ heapUsed, arrayBuffers, resources }));
  }, 50);
});
