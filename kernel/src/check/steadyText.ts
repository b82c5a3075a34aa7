/** A number as people write it. */
const NUMBER = String.raw`\b\d+(?:[.,]\d+)*`;

/** What a text says of the moment in which it was made, and what stands for it. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>'],
  [/(127\.0\.0\.1|localhost|\[::1\]):\d+/g, '$1:<port>'],
  [new RegExp(`${NUMBER} ?(?:rows?|messages?|bytes|[kMGT]?i?B)/s\\b`, 'g'), '<rate>'],
  [new RegExp(`${NUMBER} ?(?:[kMGT]i?B|bytes)\\b`, 'g'), '<size>'],
  [new RegExp(`${NUMBER} ?(?:ns|µs|us|ms)\\b`, 'g'), '<time>'],
  [new RegExp(`\\b(in|took|after|for) ${NUMBER} ?(?:s|seconds?|min|minutes?|h)\\b`, 'g'), '$1 <time>'],
  [new RegExp(`${NUMBER} s behind\\b`, 'g'), '<time> behind'],
  [/\b(\w*(?:[bB]ytes|[eE]lapsed|[mM]s|Seconds|PerSecond|pid))(['"]?: )[\d.e+-]+n?/g, '$1$2<number>'],
];

/** The lines of a text without times taken, rates, sizes in memory, ports and random ids. */
export function steadyLines(text: string): string[] {
  return spacedLines(VOLATILE.reduce((steady, [pattern, by]) => steady.replace(pattern, by), text));
}

/** The lines of a text as they stand, whatever the widths of its columns. */
export function spacedLines(text: string): string[] {
  return text.split('\n').map(line => line.replace(/ {2,}/g, '  ').trim());
}
