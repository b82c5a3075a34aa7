import ts from 'typescript';
import { hasModifier, isVar } from './declarations.js';

/** Maps a new expression to the start of the text that it stands for: V8 puts a call at the end of its callee. */
export function mapped<Node extends ts.Expression>(node: Node, from: ts.Node): Node {
  return ts.setEmitFlags(ts.setSourceMapRange(node, from), ts.EmitFlags.NoTrailingSourceMap);
}

/** A declaration whose own text may use its local name. */
export function isNamedBody(node: ts.Node): boolean {
  return (
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isFunctionDeclaration(node)
  );
}

/** Whether an identifier is an expression that refers to a name, and not a declaration, a member or a label. */
export function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (parent === undefined) return false;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isBindingElement(parent) || ts.isVariableDeclaration(parent) || ts.isParameter(parent))
    return parent.initializer === node;
  if (ts.isPropertyAssignment(parent) || ts.isEnumMember(parent) || ts.isPropertyDeclaration(parent)) {
    return parent.initializer === node;
  }
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent) || ts.isMetaProperty(parent))
    return false;
  if (ts.isExportSpecifier(parent) || ts.isImportSpecifier(parent)) return false;
  return (parent as { name?: ts.Node }).name !== node;
}

export function firstBinding(list: ts.VariableDeclarationList): ts.Node {
  const first = (node: ts.VariableDeclaration | ts.BindingElement): ts.Node => {
    if (ts.isIdentifier(node.name)) return node;
    const element = (node.name.elements as readonly ts.ArrayBindingElement[]).find(ts.isBindingElement);
    return element === undefined ? node : first(element);
  };
  return isVar(list) || ts.isVariableStatement(list.parent) ? first(list.declarations[0]) : list;
}

/** Whether an import names something that is only a type. */
export function isType(checker: ts.TypeChecker, node: ts.Node): boolean {
  if (ts.isImportSpecifier(node) && node.isTypeOnly) return true;
  const name = (node as ts.ImportSpecifier).name;
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined || (symbol.flags & ts.SymbolFlags.Alias) === 0) return false;
  const meant = checker.getAliasedSymbol(symbol);
  return (meant.flags & ts.SymbolFlags.Value) === 0 && (meant.flags & ts.SymbolFlags.Type) !== 0;
}

/** The statement without `export` and `default`: a cell's names are all kept. */
export function withoutExport(statement: ts.Statement, context: ts.TransformationContext): ts.Statement {
  if (!hasModifier(statement, ts.SyntaxKind.ExportKeyword)) return statement;
  const drop = (node: ts.Node): ts.Node | undefined =>
    node.kind === ts.SyntaxKind.ExportKeyword || node.kind === ts.SyntaxKind.DefaultKeyword
      ? undefined
      : node;
  return ts.visitEachChild(statement, drop, context);
}
