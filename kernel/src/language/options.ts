import ts from 'typescript';
import { libraries } from './libraries.js';

/**
 * How cells are checked and emitted. Strict, but that something is `any` for want of an annotation is not reported (see
 * `diagnostics.ts`): notebooks are written a line at a time.
 */
export const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: libraries(),
  // Else the host is not asked for them, which has them as one.
  libReplacement: true,
  types: ['node'],
  strict: true,
  noImplicitThis: false,
  skipLibCheck: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  allowJs: true,
  allowImportingTsExtensions: true,
  noEmit: false,
  declaration: false,
  sourceMap: true,
  inlineSources: false,
  preserveConstEnums: true,
  allowUnreachableCode: true,
  allowUnusedLabels: true,
  noErrorTruncation: false,
  newLine: ts.NewLineKind.LineFeed,
};
