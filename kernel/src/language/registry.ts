import ts from 'typescript';

/** The modules that cells are: they change all the time, and one that is gone does not come back. */
const OF_A_CELL = /\/\.cell[^/]*$/;

/**
 * The parsed files of language services. TypeScript's own registry drops a file with the last program that has it, so that a cell
 * which imports nothing would make the next one parse its packages again; this one keeps all but cells.
 */
export function keepingRegistry(): ts.DocumentRegistry {
  const registry = ts.createDocumentRegistry(ts.sys.useCaseSensitiveFileNames);
  const isKept = (path: string): boolean => !OF_A_CELL.test(path);
  return {
    ...registry,
    releaseDocument: (fileName: string, ...rest: readonly unknown[]) => {
      if (!isKept(fileName)) (registry.releaseDocument as Release)(fileName, ...rest);
    },
    releaseDocumentWithKey: (path: string, ...rest: readonly unknown[]) => {
      if (!isKept(path)) (registry.releaseDocumentWithKey as Release)(path, ...rest);
    },
  };
}

type Release = (path: string, ...rest: readonly unknown[]) => void;
