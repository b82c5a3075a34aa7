import { AHEAD, generatedTexts, watchCompiled } from './compile.js';

/**
 * Everything generated so far as the text of a script: a page whose security policy forbids `eval` loads it (allowed by its hash) before it
 * asks its queries, which then run the very same loops. The script imports nothing; the same queries give the same script.
 *
 * @example
 * await bars.rows();
 * writeFileSync('loops.js', generatedScript());
 */
export function generatedScript(): string {
  return scriptOf(generatedTexts());
}

/** Notes the functions that queries ask for from here on; what it returns ends that, and gives the script of them alone. */
export function watchGenerated(): () => string {
  const stop = watchCompiled();
  return () => scriptOf(stop());
}

function scriptOf(texts: ReturnType<typeof generatedTexts>): string {
  const entries = texts
    .map(({ text, constants }) => ({ text, maker: `function (${constants.join(', ')}) {\n${text}\n}` }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  const lines = entries.map(({ text, maker }) => `made.set(${JSON.stringify(text)}, ${maker});`);
  return `(function () {
"use strict";
const made = (globalThis[${JSON.stringify(AHEAD)}] ??= new Map());
${lines.join('\n')}
})();
`;
}
