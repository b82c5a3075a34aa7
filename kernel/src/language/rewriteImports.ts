import ts from 'typescript';
import { importedNames } from './declarations.js';

/**
 * An import as a statement: `$import.bind(await $import('m'), ['a', 'a'], …)` gives names of the scope their values.
 *
 * @param load the name of the loader
 * @param keep whether a name that the import declares is one at run time: those that are only types are left out
 */
export function importStatements(
  statement: ts.ImportDeclaration,
  load: string,
  keep: (node: ts.Node) => boolean,
): ts.Statement[] {
  const { factory } = ts;
  const clause = statement.importClause;
  if (clause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const wanted = importedNames(statement).filter(keep);
  if (clause !== undefined && wanted.length === 0) return [];
  const options = statement.attributes === undefined ? [] : [attributesOf(statement.attributes)];
  const module = factory.createAwaitExpression(
    factory.createCallExpression(factory.createIdentifier(load), undefined, [
      statement.moduleSpecifier,
      ...options,
    ]),
  );
  ts.setSourceMapRange(module, statement);
  const pairs = wanted.map(node => {
    const exportName = ts.isImportClause(node)
      ? 'default'
      : ts.isNamespaceImport(node)
        ? '*'
        : (node.propertyName ?? node.name).text;
    return factory.createArrayLiteralExpression([
      factory.createStringLiteral(node.name!.text),
      factory.createStringLiteral(exportName),
    ]);
  });
  const bind = factory.createCallExpression(
    factory.createPropertyAccessExpression(factory.createIdentifier(load), 'bind'),
    undefined,
    [module, ...pairs],
  );
  return [
    ts.setTextRange(factory.createExpressionStatement(ts.setSourceMapRange(bind, statement)), statement),
  ];
}

function attributesOf(attributes: ts.ImportAttributes): ts.Expression {
  const { factory } = ts;
  const entries = attributes.elements.map(element =>
    factory.createPropertyAssignment(element.name.text, element.value),
  );
  return factory.createObjectLiteralExpression([
    factory.createPropertyAssignment('with', factory.createObjectLiteralExpression(entries)),
  ]);
}
