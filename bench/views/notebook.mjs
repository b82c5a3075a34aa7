/** A notebook of these cells. */
export function notebook(sources) {
  return {
    cells: sources.map((source, index) => ({
      cell_type: 'code',
      id: `c${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: {
      kernelspec: { name: 'millrace', display_name: 'TypeScript (Millrace)', language: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
