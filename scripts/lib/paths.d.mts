/** What tests use of `paths.mjs`. */
export function venvProgram(name: string): string;
