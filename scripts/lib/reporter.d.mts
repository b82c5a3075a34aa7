interface Module {
  readonly relativeModuleId: string;
  readonly project: { readonly name: string };
}

interface TestCase {
  readonly module: Module;
  readonly fullName: string;
  diagnostic(): { readonly flaky: boolean } | undefined;
}

export default class Reporter {
  onTestModuleStart(module: Module): void;
  onTestCaseResult(test: TestCase): void;
  onTestModuleEnd(module: Module): void;
}

export function flaky(output: string): string[];
export function running(output: string): string[];
