import ts from 'typescript';

/**
 * Turns a binding pattern into the assignment pattern that gives the same names their values as properties of the scope:
 * `{ a, b: [c] = [], ...rest }` becomes `{ a: $.a, b: [$.c] = [], ...$.rest }`.
 *
 * @param property makes the reference to a name of the scope
 * @param visit rewrites the expressions inside (defaults and computed names)
 */
export function assignmentTarget(
  name: ts.BindingName,
  property: (name: ts.Identifier) => ts.Expression,
  visit: (node: ts.Expression) => ts.Expression,
): ts.Expression {
  const { factory } = ts;
  const target = (binding: ts.BindingName): ts.Expression => assignmentTarget(binding, property, visit);
  const withDefault = (element: ts.BindingElement): ts.Expression => {
    const inner = target(element.name);
    return element.initializer === undefined
      ? inner
      : factory.createAssignment(inner, visit(element.initializer));
  };
  if (ts.isIdentifier(name)) return property(name);
  if (ts.isArrayBindingPattern(name)) {
    const elements = name.elements.map(element => {
      if (ts.isOmittedExpression(element)) return factory.createOmittedExpression();
      return element.dotDotDotToken === undefined
        ? withDefault(element)
        : factory.createSpreadElement(target(element.name));
    });
    return ts.setTextRange(factory.createArrayLiteralExpression(elements), name);
  }
  const properties = name.elements.map(element => {
    if (element.dotDotDotToken !== undefined) return factory.createSpreadAssignment(target(element.name));
    const key = element.propertyName ?? (element.name as ts.Identifier);
    const plainKey = ts.isComputedPropertyName(key)
      ? factory.createComputedPropertyName(visit(key.expression))
      : cloneKey(key);
    return factory.createPropertyAssignment(plainKey, withDefault(element));
  });
  return ts.setTextRange(factory.createObjectLiteralExpression(properties), name);
}

/** A key as a new node, so that it is not taken for a reference when the tree is visited again. */
function cloneKey(key: Exclude<ts.PropertyName, ts.ComputedPropertyName>): ts.PropertyName {
  if (ts.isIdentifier(key)) return ts.factory.createIdentifier(key.text);
  return key;
}
