import ts from 'typescript';

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

  /** Forgets which files exist: a package may have been installed. */
  refresh(): void {
    this.#exist.clear();
  }

  exists(file: string): boolean {
    if (!isInstalled(file)) return ts.sys.fileExists(file);
    let exists = this.#exist.get(file);
    if (exists === undefined) this.#exist.set(file, (exists = ts.sys.fileExists(file)));
    return exists;
  }

  version(file: string): string {
    return isInstalled(file) ? 'installed' : String(ts.sys.getModifiedTime?.(file)?.getTime() ?? 0);
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

function isInstalled(file: string): boolean {
  return file.includes('/node_modules/');
}
