const BEGUN = 'BEGUN ';
const ENDED = 'ENDED ';
const FLAKY = 'FLAKY ';

/** A vitest reporter for those who read the output: what passed only when tried again, and which files were running. */
export default class Reporter {
  onTestModuleStart(module) {
    console.log(`${BEGUN}${nameOf(module)}`);
  }

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky) console.log(`${FLAKY}${nameOf(test.module)} > ${test.fullName}`);
  }

  onTestModuleEnd(module) {
    console.log(`${ENDED}${nameOf(module)}`);
  }
}

function nameOf(module) {
  return `${module.relativeModuleId} (${module.project.name})`;
}

/** The tests that failed at first and then passed. */
export function flaky(output) {
  return named(output, FLAKY);
}

/** The files that had begun and not ended when this was printed. */
export function running(output) {
  const ended = new Set(named(output, ENDED));
  return named(output, BEGUN).filter(name => !ended.has(name));
}

function named(output, word) {
  const lines = output.split('\n').filter(line => line.startsWith(word));
  return lines.map(line => line.slice(word.length));
}
