/** Messages of different lengths that can hardly be compressed, the same for the same seed. */
export function madeUp(seed: number): Generator<string, never>;
