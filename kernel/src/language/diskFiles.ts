import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The packages that the kernel is made of, which a checkout has beside each other and outside of node_modules. */
const OWN_PACKAGES = ['engine', 'kernel', 'protocol'].map(name =>
  fileURLToPath(new URL(`../../../${name}/`, import.meta.url)).replaceAll('\\', '/'),
);

/**
 * Files as the disk has them. Installed packages and TypeScript's libraries are read once, which is what keeps the check of
 * a cell short; files of the notebook's own are read again when they change.
 */
export class DiskFiles {
  readonly #snapshots = new Map<
    string,
    { readonly version: string; readonly snapshot: ts.IScriptSnapshot }
  >();
  readonly #exist = new Map<string, boolean>();

  /** The folder whose packages have been changed, and how often. */
  #changed: string | null = null;
  #changes = 0;
  /** Files of the notebook's own count as changed after this has: what they import may be there now. */
  #refreshes = 0;

  /**
   * Forgets which files exist: a package may have been installed.
   *
   * @param changed the folder whose packages may have become others, or null
   */
  refresh(changed: string | null = null): void {
    this.#exist.clear();
    this.#refreshes += 1;
    if (changed === null) return;
    this.#changed = changed;
    this.#changes += 1;
  }

  exists(file: string): boolean {
    if (!isInstalled(file)) return ts.sys.fileExists(file);
    let exists = this.#exist.get(file);
    if (exists === undefined) this.#exist.set(file, (exists = ts.sys.fileExists(file)));
    return exists;
  }

  version(file: string): string {
    if (isInstalled(file)) {
      const isChanged = this.#changed !== null && file.startsWith(this.#changed);
      return isChanged ? `installed ${this.#changes}` : 'installed';
    }
    return `${savedAt(file)}:${this.#refreshes}`;
  }

  snapshot(file: string): ts.IScriptSnapshot | undefined {
    const version = this.version(file);
    const known = this.#snapshots.get(file);
    if (known?.version === version) return known.snapshot;
    const text = ts.sys.readFile(file);
    if (text === undefined) return undefined;
    const snapshot = ts.ScriptSnapshot.fromString(text);
    this.#snapshots.set(file, { version, snapshot });
    return snapshot;
  }
}

/** When a file was saved and how long it is: two saves in one millisecond are two. */
function savedAt(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '0' : `${stat.mtimeNs}:${stat.size}`;
}

function isInstalled(file: string): boolean {
  return file.includes('/node_modules/') || OWN_PACKAGES.some(folder => file.startsWith(folder));
}
