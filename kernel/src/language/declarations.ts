import ts from 'typescript';

/** How a top-level name of a cell came to be. */
export type DeclarationKind = 'mutable' | 'constant' | 'import' | 'type';

/** A top-level name of a cell: a variable, function, class, enum, namespace, import, interface or type. */
export interface Declaration {
  readonly name: string;
  readonly kind: DeclarationKind;
  readonly node: ts.Declaration;
  /** Already exported by the cell's own text. */
  readonly exported: boolean;
  /** Declared by `declare …`: it has a type and no value. */
  readonly ambient: boolean;
}

/** The names that a cell's first `end` characters declare at the top level, `var` in nested blocks included. */
export function topLevelDeclarations(file: ts.SourceFile, end: number): Declaration[] {
  const found: Declaration[] = [];
  const add = (
    name: ts.Node | undefined,
    node: ts.Declaration,
    kind: DeclarationKind,
    statement: ts.Statement,
  ): void => {
    if (name === undefined || !ts.isIdentifier(name)) return;
    found.push({
      name: name.text,
      kind,
      node,
      exported: hasModifier(statement, ts.SyntaxKind.ExportKeyword),
      ambient: hasModifier(statement, ts.SyntaxKind.DeclareKeyword),
    });
  };
  const addBinding = (
    node: ts.VariableDeclaration | ts.BindingElement,
    kind: DeclarationKind,
    statement: ts.Statement,
  ): void => {
    if (ts.isIdentifier(node.name)) return add(node.name, node, kind, statement);
    for (const element of node.name.elements)
      if (ts.isBindingElement(element)) addBinding(element, kind, statement);
  };
  const addHoistedVars = (node: ts.Node, statement: ts.Statement): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isVariableDeclarationList(node) && isVar(node)) {
      for (const declaration of node.declarations) addBinding(declaration, 'mutable', statement);
    }
    ts.forEachChild(node, child => addHoistedVars(child, statement));
  };

  for (const statement of file.statements) {
    if (statement.getStart(file) >= end) break;
    if (ts.isVariableStatement(statement)) {
      const kind = isMutable(statement.declarationList) ? 'mutable' : 'constant';
      for (const declaration of statement.declarationList.declarations)
        addBinding(declaration, kind, statement);
    } else if (
      ts.isFunctionDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement) ||
      ts.isModuleDeclaration(statement)
    ) {
      add(statement.name, statement, 'constant', statement);
    } else if (ts.isImportEqualsDeclaration(statement)) {
      add(statement.name, statement, 'constant', statement);
    } else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
      add(statement.name, statement, 'type', statement);
    } else if (ts.isImportDeclaration(statement)) {
      for (const node of importedNames(statement)) add(node.name, node, 'import', statement);
    } else {
      addHoistedVars(statement, statement);
    }
  }
  return found;
}

/** The declarations that an import statement makes. */
export function importedNames(
  statement: ts.ImportDeclaration,
): (ts.ImportClause | ts.NamespaceImport | ts.ImportSpecifier)[] {
  const clause = statement.importClause;
  if (clause === undefined) return [];
  const bindings = clause.namedBindings;
  const named = bindings === undefined ? [] : ts.isNamespaceImport(bindings) ? [bindings] : bindings.elements;
  return [...(clause.name === undefined ? [] : [clause]), ...named];
}

/** The text of an import statement that brings in one of the names of an earlier one, for another cell. */
export function importText(node: ts.Declaration, file: ts.SourceFile): string {
  const statement = ts.findAncestor(node, ts.isImportDeclaration)!;
  const from = statement.moduleSpecifier.getText(file);
  const attributes = statement.attributes === undefined ? '' : ` ${statement.attributes.getText(file)}`;
  const typeOnly = statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type ' : '';
  const what = ts.isImportClause(node)
    ? node.name!.text
    : ts.isNamespaceImport(node)
      ? `* as ${node.name.text}`
      : `{ ${node.getText(file)} }`;
  return `import ${typeOnly}${what} from ${from}${attributes};`;
}

/** Every identifier of the cell's first `end` characters that may refer to a name outside of it. */
export function usedNames(file: ts.SourceFile, end: number): Set<string> {
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const parent = node.parent;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        (ts.isQualifiedName(parent) && parent.right === node);
      if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  for (const statement of file.statements) if (statement.getStart(file) < end) visit(statement);
  return used;
}

export function isVar(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) === 0;
}

export function isUsing(list: ts.VariableDeclarationList): boolean {
  const scoped = list.flags & ts.NodeFlags.BlockScoped;
  return scoped === ts.NodeFlags.Using || scoped === ts.NodeFlags.AwaitUsing;
}

function isMutable(list: ts.VariableDeclarationList): boolean {
  const scoped = list.flags & ts.NodeFlags.BlockScoped;
  return scoped === 0 || scoped === ts.NodeFlags.Let;
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some(modifier => modifier.kind === kind) ?? false)
  );
}
