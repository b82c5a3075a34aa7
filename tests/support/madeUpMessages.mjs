/** Messages of different lengths that can hardly be compressed, the same for the same seed. */
export function* madeUp(seed) {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
  for (let id = 0; ; id++) {
    let filler = '';
    for (let i = (next() >>> 16) % 40; i >= 0; i--) filler += next().toString(36);
    yield `{"id":${id},"filler":"${filler}"}`;
  }
}
