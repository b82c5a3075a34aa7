import { spawnSync } from 'node:child_process';

// Without a package: this is what npm itself is run by, when nothing is installed yet.

/** Ends a process and all that it has started, and they have started, at once. */
export function endTree(pid) {
  if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(pid), '/t', '/f']);
  else for (const each of tree(pid)) end(each);
}

/** Parents come first: they can start nobody anew in place of those that are ended. */
function tree(pid) {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const started = new Map();
  for (const row of (stdout ?? '').trim().split('\n')) {
    const [each, parent] = row.trim().split(/\s+/).map(Number);
    started.set(parent, [...(started.get(parent) ?? []), each]);
  }
  const from = parent => [parent, ...(started.get(parent) ?? []).flatMap(from)];
  return from(pid);
}

function end(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has ended by itself in between.
    if (error.code !== 'ESRCH') throw error;
  }
}
