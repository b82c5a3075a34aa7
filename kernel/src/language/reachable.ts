/** The virtual modules that texts name, and those that these name: the modules of cells whose names are all declared again are not among them. */
export function reachableModules(
  texts: Iterable<string>,
  textOf: (module: string) => string | undefined,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const take = (text: string): void => {
    for (const [, module] of text.matchAll(/['"]\.\/(\.cell-\d+(?:-rows[^'".]*)?)['"]/g)) reached.add(module);
  };
  for (const text of texts) take(text);
  for (const module of reached) take(textOf(module) ?? '');
  return reached;
}
