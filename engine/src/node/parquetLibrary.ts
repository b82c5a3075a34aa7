import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as ParquetWasm from 'parquet-wasm/node';

type Api = typeof ParquetWasm;

/**
 * The Parquet library. It is WebAssembly that stops for good where a file is so damaged that its decoder gives up: in a task of its own, so that nobody who
 * waits for it would hear of that, and the process would end. So its tasks are run here, and who waits is told; the next
 * file gets a library that is new.
 */
export class ParquetLibrary {
  readonly api: Api;
  readonly #waiting = new Set<(error: unknown) => void>();
  #failure: Error | null = null;

  constructor() {
    loader ??= makeLoader();
    const module = { exports: {} };
    loader(module, task => queueMicrotask(() => this.#runTask(task)));
    this.api = module.exports as Api;
  }

  get memory(): { readonly buffer: ArrayBuffer } {
    return this.api.wasmMemory() as { readonly buffer: ArrayBuffer };
  }

  /** What work of the library gives; rejects where that stops in the middle of it. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#waiting.add(reject);
      work()
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(reject));
    });
  }

  #runTask(task: () => void): void {
    if (this.#failure !== null) return;
    try {
      task();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Gives the library up: what waits for it fails, and whoever asks for one gets another. */
  fail(error: unknown): void {
    this.#failure = new Error(
      `the decoder gave up (${error instanceof Error ? error.message : String(error)})`,
    );
    if (current === this) current = null;
    for (const reject of this.#waiting) reject(this.#failure);
    this.#waiting.clear();
  }
}

interface Assembly {
  readonly Module: new (bytes: Uint8Array) => object;
}

type Loader = (module: { exports: object }, enqueue: (task: () => void) => void) => void;

let loader: Loader | null = null;

/** What makes libraries: the module is compiled once, however many of them have to be given up. */
function makeLoader(): Loader {
  const require = createRequire(import.meta.url);
  const path = require.resolve('parquet-wasm/node');
  const names = ['module', 'exports', 'require', '__dirname', 'queueMicrotask', 'WebAssembly'];
  const load = compileFunction(readFileSync(path, 'utf8'), names, { filename: path });
  const { WebAssembly: own } = globalThis as unknown as { WebAssembly: Assembly };
  let compiled: object | null = null;
  const Module = function (bytes: Uint8Array): object {
    return (compiled ??= new own.Module(bytes));
  };
  const assembly: unknown = Object.create(own, { Module: { value: Module } });
  return (module, enqueue) => {
    load(module, module.exports, require, dirname(path), enqueue, assembly);
  };
}

let current: ParquetLibrary | null = null;

/** The Parquet library, loaded when the first such file is opened. */
export function parquetLibrary(): ParquetLibrary {
  current ??= new ParquetLibrary();
  return current;
}
