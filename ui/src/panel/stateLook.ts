const LOOKS: Readonly<Record<string, string>> = {
  running: 'live',
  writing: 'live',
  current: 'live',
  kept: 'live',
  connecting: 'paused',
  waiting: 'paused',
  silent: 'paused',
  retrying: 'paused',
  computing: 'paused',
  paused: 'paused',
  lost: 'failed',
  failed: 'failed',
};

/** The look of a badge for a state; its word says the state, whatever the colour. */
export function stateLook(state: string): string {
  return Object.hasOwn(LOOKS, state) ? LOOKS[state] : 'ended';
}
