const KERNELS = {
  millrace: { name: 'millrace', display_name: 'TypeScript (Millrace)', language: 'typescript' },
  python3: { name: 'python3', display_name: 'Python 3', language: 'python' },
};

/** A notebook of these cells. */
export function notebook(sources, kernel = 'millrace') {
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
      kernelspec: KERNELS[kernel],
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
