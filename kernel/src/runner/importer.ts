import vm from 'node:vm';

export interface ImportOptions {
  readonly with?: Readonly<Record<string, string>>;
}

type Importer = (specifier: string, options?: ImportOptions) => Promise<Record<string, unknown>>;

/** Packages that are always the kernel's own, so that cells share the session that the kernel has set up. */
export const OWN_PACKAGE = /^(millrace|@millrace\/[^/]+)(\/|$)/;

/**
 * Imports as a file does, then as the kernel does.
 *
 * @param filename the file, absolute
 * @param directory where the error says to install a package that is not there
 */
export function packageImporter(filename: string, directory: string): Importer {
  const fromFile = importerIn(filename);
  const fromKernel: Importer = (specifier, options) =>
    import(specifier, options) as Promise<Record<string, unknown>>;
  return async (name, options) => {
    if (OWN_PACKAGE.test(name)) return fromKernel(name, options);
    try {
      return await fromFile(name, options);
    } catch (error) {
      if (!isMissingPackage(error, name)) throw error;
      return await fromKernel(name, options).catch(() => Promise.reject(missing(name, directory, error)));
    }
  };
}

/** An `import()` that resolves as one in the given file does. */
function importerIn(filename: string): Importer {
  const script = new vm.Script(
    '(specifier, options) => options === undefined ? import(specifier) : import(specifier, options)',
    {
      filename,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    },
  );
  return script.runInThisContext() as Importer;
}

/** Whether a package was not found. */
export function isMissingPackage(error: unknown, name: string): boolean {
  const code = (error as { code?: string }).code;
  const isPackage = !/^(\.{0,2}\/|[a-z]+:)/i.test(name);
  return isPackage && (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND');
}

/** The error that says how to install a package. */
export function missing(name: string, directory: string, cause: unknown): Error {
  const packageName = name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
  const message = `Cannot find the package '${packageName}'. Run %install in a cell, or beside the notebook: npm install --prefix ${directory} ${packageName}`;
  return Object.assign(new Error(message, { cause }), { code: 'ERR_MODULE_NOT_FOUND' });
}
