/** A vitest reporter that names the tests that passed only when they were tried again. */
export default class FlakyReporter {
  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky) console.log(`FLAKY ${test.module.relativeModuleId} > ${test.fullName}`);
  }
}
