/** What a cell of the transcript does, and what it shows: its printed text, then its value. */
export interface TranscriptCell {
  readonly code: string;
  /** The text; '' for a cell that shows nothing. */
  readonly shows?: string;
  /** The cell fails, with this in its error. */
  readonly fails?: RegExp;
  /** Why tslab 1.0.22 does something else, and what it shows then; null: it is not asked. */
  readonly tslab?: { readonly why: string; readonly shows: string | null };
}

const shows = (code: string, text = ''): TranscriptCell => ({ code, shows: text });
const fails = (code: string, error: RegExp, why = 'it tells errors as text on stderr'): TranscriptCell => ({
  code,
  fails: error,
  tslab: { why, shows: null },
});
const differs = (code: string, text: string, why: string, tslab: string | null): TranscriptCell => ({
  code,
  shows: text,
  tslab: { why, shows: tslab },
});

/** One notebook, after the ways in which tslab's specification lets declarations persist: each cell sees what those before it declared. */
export const TRANSCRIPT: readonly TranscriptCell[] = [
  // Variables
  shows('const one = 1;'),
  shows('one', '1'),
  shows('let count = one + 1; count', '2'),
  shows('count = count * 10', '20'),
  shows('count++; count', '21'),
  shows('var loose = "text"'),
  shows('loose', 'text'),
  shows('const a1 = 3, b1 = 4;\nMath.hypot(a1, b1)', '5'),
  shows('let later: number;'),
  shows('later = 7; later', '7'),
  shows('let mixed: number | string = 5;'),
  shows('mixed = "now a text"; mixed', 'now a text'),
  shows('const one = "again";'),
  shows('one', 'again'),
  shows('let one = [1, 2, 3];'),
  shows('one.length', '3'),
  shows('{ const one = 99; console.log(one) }', '99'),
  shows('one.length', '3'),
  shows('for (let i = 0; i < 2; i++) console.log(i)', '0\n1'),
  fails('i', /Cannot find name/),
  fails('one = 5', /number\[\]/),
  fails('const sealed = 1; sealed = 2', /constant/),
  shows('one', '[ 1, 2, 3 ]'),
  // Patterns
  shows('const { x, y } = { x: 1, y: 2 };'),
  shows('x + y', '3'),
  shows('const [first, , third = 30] = [10, 20];'),
  shows('first + third', '40'),
  shows('const { inner: { deep }, ...others } = { inner: { deep: "d" }, p: 1, q: 2 };'),
  shows('deep', 'd'),
  shows('others', '{ p: 1, q: 2 }'),
  shows('let [head, ...tail] = "abc"; tail', "[ 'b', 'c' ]"),
  shows('[head] = "z"; head', 'z'),
  shows('const [same] = [x]; same', '1'),
  // Functions
  shows('function twice(n: number): number { return 2 * n }'),
  shows('twice(21)', '42'),
  shows('const usesTwice = () => twice(5);'),
  shows('usesTwice()', '10'),
  shows('function twice(n: number): number { return n + n + 0.5 }'),
  shows('twice(1)', '2.5'),
  shows('usesTwice()', '10.5'),
  shows('function fact(n: number): number { return n < 2 ? 1 : n * fact(n - 1) }\nfact(5)', '120'),
  shows(
    'function over(a: string): string;\nfunction over(a: number): number;\nfunction over(a: unknown) { return a }',
  ),
  shows('over("s") + over(1)', 's1'),
  shows('function* upTo(n: number) { for (let k = 1; k <= n; k++) yield k }'),
  shows('[...upTo(3)]', '[ 1, 2, 3 ]'),
  shows('const add = (a: number) => (b: number) => a + b;\nadd(1)(2)', '3'),
  shows('function withDefault(a = one.length) { return a }\nwithDefault()', '3'),
  shows('hoisted(); function hoisted() { console.log("hoisted") }', 'hoisted'),
  shows('function bump() { count += 1 }\nbump(); bump();'),
  shows('count', '23'),
  shows('function generic<T>(value: T): T[] { return [value] }\ngeneric("g")', "[ 'g' ]"),
  fails('twice("2")', /not assignable to parameter/),
  // Types
  shows('interface Named { name: string }'),
  shows('const named: Named = { name: "n" };'),
  shows('named.name', 'n'),
  shows('type Pair<T> = [T, T];'),
  shows('const pair: Pair<number> = [1, 2]; pair', '[ 1, 2 ]'),
  shows('interface Named { name: string; age: number }'),
  shows('const aged: Named = { name: "m", age: 3 }; aged.age', '3'),
  fails('const broken: Named = { name: "b" };', /age/),
  shows('type Shape = { kind: "circle"; r: number } | { kind: "square"; a: number };'),
  shows(
    'const area = (s: Shape) => s.kind === "circle" ? 3 * s.r ** 2 : s.a ** 2;\narea({ kind: "square", a: 3 })',
    '9',
  ),
  shows('let tagged = named as Named | null;\ntagged!.name', 'n'),
  shows('declare const notThere: number;'),
  shows('type Named = string; const asText: Named = "only text"; asText', 'only text'),
  // Classes
  shows(
    'class Point { constructor(readonly px: number, readonly py: number) {} get sum() { return this.px + this.py } }',
  ),
  shows('const point = new Point(1, 2); point.sum', '3'),
  shows(
    'class Point3 extends Point { constructor(px: number, py: number, readonly pz: number) { super(px, py) } override get sum() { return super.sum + this.pz } }',
  ),
  shows('new Point3(1, 2, 3).sum', '6'),
  shows('point instanceof Point', 'true'),
  shows(
    'class Counter { static made = 0; #n = 0; constructor() { Counter.made++ } next() { return ++this.#n } }',
  ),
  shows('const counter = new Counter(); counter.next(); counter.next()', '2'),
  shows('Counter.made', '1'),
  shows('class Point { label = "new kind" }'),
  shows('new Point().label', 'new kind'),
  shows('point instanceof Point', 'false'),
  shows(
    'abstract class Animal { abstract sound(): string; speak() { return this.sound() + "!" } }\nclass Dog extends Animal { sound() { return "wuff" } }',
  ),
  shows('new Dog().speak()', 'wuff!'),
  shows('const Anonymous = class { v = 4 }; new Anonymous().v', '4'),
  differs(
    'class Linked { next: Linked | null = null; static self() { return new Linked() } }\nLinked.self().next',
    'null',
    'it shows no null',
    '',
  ),
  // Enums and namespaces
  shows('enum Color { Red, Green = 5, Blue }'),
  shows('Color.Blue', '6'),
  shows('Color[5]', 'Green'),
  shows('let paint: Color = Color.Red; paint', '0'),
  shows('enum Color { Black = "black" }'),
  shows('Color.Black', 'black'),
  shows('const enum Flag { On = 1, Off = 2 }\nFlag.Off', '2'),
  shows('namespace Tools { export const size = 8; export function half() { return size / 2 } }'),
  shows('Tools.half()', '4'),
  // Imports
  shows('import * as path from "node:path";'),
  shows('path.basename("/a/b.txt")', 'b.txt'),
  shows('import { join, sep as separator } from "node:path";'),
  shows('join("a", "b") === ["a", "b"].join(separator)', 'true'),
  shows('import fs from "node:fs"; typeof fs.readFileSync', 'function'),
  shows('import type { Stats } from "node:fs";'),
  shows('let stats: Stats | undefined; typeof stats', 'undefined'),
  differs(
    'const util = await import("node:util"); util.format("%d", 3)',
    '3',
    'it writes the types of names down, and some of Node cannot be named',
    null,
  ),
  shows('const os = require("node:os"); typeof os.cpus', 'function'),
  shows('import { EventEmitter } from "node:events";\nclass Bell extends EventEmitter {}'),
  shows('const bell = new Bell();\nconst listening = bell.on("ring", n => { console.log("rang", n) });'),
  shows('bell.emit("ring", 2)', 'rang 2\ntrue'),
  // Asynchronous
  shows('const waited = await Promise.resolve(12);'),
  shows('waited', '12'),
  shows(
    'async function slow(n: number) { await new Promise(resolve => setTimeout(resolve, 5)); return n * 2 }',
  ),
  shows('await slow(4)', '8'),
  shows('const parts = await Promise.all([slow(1), slow(2)]); parts', '[ 2, 4 ]'),
  shows('let sum = 0;\nfor (const n of [1, 2, 3]) sum += await slow(n);\nsum', '12'),
  shows('async function* letters() { yield "a"; yield "b" }'),
  differs(
    'for await (const letter of letters()) console.log(letter)',
    'a\nb',
    'what it makes of for await at the top does not run',
    null,
  ),
  fails('await Promise.reject(new Error("turned down"))', /turned down/),
  shows('const after = "still here"; after', 'still here'),
  // Failing half-way, and newer forms
  fails('const early = 1;\nthrow new Error("half-way");', /half-way/),
  differs('early', '1', 'there a cell that failed leaves no name', null),
  fails('nobodyKnows', /nobodyKnows/),
  fails('const = 3', /expected/),
  shows('early2(); function early2() { console.log(typeof later) }', 'number'),
  shows('const config = { mode: "fast" } satisfies Record<string, string>; config.mode', 'fast'),
  shows('class Tagged { static tag: string; static { Tagged.tag = "set" } }\nTagged.tag', 'set'),
  shows('const big = 2n ** 64n; big', '18446744073709551616n'),
  shows(
    'label: for (const r of [1, 2]) { for (const c of [1, 2]) { if (c === 2) continue label; console.log(r, c) } }',
    '1 1\n2 1',
  ),
  shows('const grouped = one.map(n => n ** 2).filter(n => n > 1);\ngrouped', '[ 4, 9 ]'),
  differs('[3, 1, 2].toSorted()', '[ 1, 2, 3 ]', 'its library of types ends with ES2022', null),
  shows('`${one.length} ${Color.Black} ${new Dog().speak()}`', '3 black wuff!'),
];
