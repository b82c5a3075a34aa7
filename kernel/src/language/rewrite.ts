import ts from 'typescript';
import { assignmentTarget } from './bindings.js';
import { hasModifier, isUsing, type Declaration } from './declarations.js';
import type { MagicCalls } from './magicCalls.js';
import { firstBinding, isNamedBody, isReference, isType, mapped, withoutExport } from './nodes.js';
import { importStatements } from './rewriteImports.js';

/** The names that the rewritten cell gives to the notebook's scope and to the loader of modules. */
export interface WrapperNames {
  readonly scope: string;
  readonly load: string;
}

/** Names for the wrapper's parameters that the cell does not use itself. */
export function wrapperNames(identifiers: ReadonlySet<string>): WrapperNames {
  const free = (name: string): string => (identifiers.has(name) ? free(`$${name}`) : name);
  return { scope: free('$'), load: free('$import') };
}

/**
 * The transformer that makes a cell's module into statements over the notebook's scope object: references to top-level
 * names, of this cell or earlier ones, become properties of it, declarations assign them, imports are awaited, and the
 * last expression is returned. TypeScript's own transformers run after it.
 *
 * @param end where the user's text ends; what was appended for the type checker is left out
 * @param magics what the cell's magics do to its statements
 */
export function rewriteCell(
  checker: ts.TypeChecker,
  declarations: readonly Declaration[],
  end: number,
  names: WrapperNames,
  magics: MagicCalls,
): ts.TransformerFactory<ts.SourceFile> {
  return context => {
    const { factory } = context;
    const declaredHere = new Set<ts.Node>(declarations.map(declaration => declaration.node));
    /** Declarations inside whose own text the local name is used: a class may not be in the scope yet. */
    const enclosing: ts.Node[] = [];
    const usedImports = new Set<ts.Node>();
    let file: ts.SourceFile;

    const property = (name: ts.Identifier): ts.Expression => {
      const access = factory.createPropertyAccessExpression(factory.createIdentifier(names.scope), name.text);
      return mapped(access, name);
    };

    /** Whether a reference means a top-level name. Appended declarations stand for names of earlier cells. */
    const isNotebookName = (name: ts.Identifier): boolean => {
      const symbol = ts.isShorthandPropertyAssignment(name.parent)
        ? checker.getShorthandAssignmentValueSymbol(name.parent)
        : checker.getSymbolAtLocation(name);
      const found = symbol?.declarations ?? [];
      for (const node of found) if (declaredHere.has(node)) usedImports.add(node);
      if (found.some(node => enclosing.includes(node))) return false;
      return found.some(
        node => declaredHere.has(node) || (node.getSourceFile() === file && node.getStart(file) >= end),
      );
    };

    const expression = (node: ts.Expression): ts.Expression => ts.visitNode(node, visit) as ts.Expression;
    const target = (name: ts.BindingName): ts.Expression => assignmentTarget(name, property, expression);

    function visit(node: ts.Node): ts.VisitResult<ts.Node | undefined> {
      if (ts.isExpressionWithTypeArguments(node) && ts.isHeritageClause(node.parent)) {
        if (node.parent.token === ts.SyntaxKind.ImplementsKeyword) return node;
        return factory.updateExpressionWithTypeArguments(
          node,
          expression(node.expression),
          node.typeArguments,
        );
      }
      if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
      if (ts.isTypeParameterDeclaration(node)) return node;
      if (hasModifier(node, ts.SyntaxKind.DeclareKeyword)) return node;
      if (ts.isIdentifier(node)) return isReference(node) && isNotebookName(node) ? property(node) : node;
      if (ts.isShorthandPropertyAssignment(node)) return shorthand(node);
      if (ts.isCallExpression(node)) return call(node);
      if (ts.isTaggedTemplateExpression(node)) {
        const visited = ts.visitEachChild(node, visit, context);
        return factory.updateTaggedTemplateExpression(
          visited,
          detached(node.tag, visited.tag),
          undefined,
          visited.template,
        );
      }
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
        return factory.createPropertyAccessExpression(factory.createIdentifier(names.load), 'meta');
      }
      if (isNamedBody(node)) {
        enclosing.push(ts.getOriginalNode(node));
        const visited = ts.visitEachChild(node, visit, context);
        enclosing.pop();
        return visited;
      }
      if (ts.isVariableDeclarationList(node) && declaredHere.has(firstBinding(node)))
        return hoistedVars(node);
      if (ts.isVariableStatement(node) && declaredHere.has(firstBinding(node.declarationList)))
        return variables(node);
      return ts.visitEachChild(node, visit, context);
    }

    function shorthand(node: ts.ShorthandPropertyAssignment): ts.Node {
      if (!isNotebookName(node.name)) return ts.visitEachChild(node, visit, context);
      const value = property(node.name);
      const initializer = node.objectAssignmentInitializer;
      const whole =
        initializer === undefined ? value : factory.createAssignment(value, expression(initializer));
      return ts.setSourceMapRange(factory.createPropertyAssignment(node.name.text, whole), node);
    }

    function call(node: ts.CallExpression): ts.Node {
      const args = ts.visitNodes(node.arguments, visit, ts.isExpression);
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        return ts.setSourceMapRange(
          factory.createCallExpression(factory.createIdentifier(names.load), undefined, args),
          node,
        );
      }
      const callee = detached(node.expression, expression(node.expression));
      if (ts.isCallChain(node))
        return factory.updateCallChain(node, callee, node.questionDotToken, undefined, args);
      return factory.updateCallExpression(node, callee, undefined, args);
    }

    /** `f()` must not get the scope as its `this`: a callee that became a property is called as `(0, $.f)()`. */
    function detached(before: ts.Expression, after: ts.Expression): ts.Expression {
      if (!ts.isIdentifier(before) || before === after) return after;
      return mapped(
        factory.createParenthesizedExpression(factory.createComma(factory.createNumericLiteral(0), after)),
        before,
      );
    }

    /** `const f = () => 1` names its function; an assignment to a property would not. */
    function namedValue(name: ts.BindingName, initializer: ts.Expression): ts.Expression {
      const value = expression(initializer);
      const anonymous =
        ts.isArrowFunction(initializer) ||
        ((ts.isFunctionExpression(initializer) || ts.isClassExpression(initializer)) &&
          initializer.name === undefined);
      if (!ts.isIdentifier(name) || !anonymous) return value;
      const key = factory.createComputedPropertyName(factory.createStringLiteral(name.text));
      const holder = factory.createObjectLiteralExpression([factory.createPropertyAssignment(key, value)]);
      return factory.createElementAccessExpression(holder, factory.createStringLiteral(name.text));
    }

    function assignment(declaration: ts.VariableDeclaration, using: boolean): ts.Expression {
      const value =
        declaration.initializer === undefined
          ? factory.createVoidZero()
          : namedValue(declaration.name, declaration.initializer);
      const kept = using
        ? factory.createCallExpression(
            factory.createPropertyAccessExpression(factory.createIdentifier(names.load), 'using'),
            undefined,
            [factory.createStringLiteral((declaration.name as ts.Identifier).text), value],
          )
        : value;
      return ts.setSourceMapRange(factory.createAssignment(target(declaration.name), kept), declaration);
    }

    function variables(node: ts.VariableStatement): ts.Node[] {
      const using = isUsing(node.declarationList);
      return node.declarationList.declarations.map(declaration =>
        ts.setTextRange(factory.createExpressionStatement(assignment(declaration, using)), declaration),
      );
    }

    /** A `var` list in the head of a loop. */
    function hoistedVars(node: ts.VariableDeclarationList): ts.Node {
      const isLoopTarget =
        (ts.isForOfStatement(node.parent) || ts.isForInStatement(node.parent)) &&
        node.parent.initializer === node;
      if (isLoopTarget) return target(node.declarations[0].name);
      const parts = node.declarations.map(declaration => assignment(declaration, false));
      return parts.reduce((left, right) => factory.createComma(left, right));
    }

    function publish(name: ts.Identifier): ts.Statement {
      const assign = factory.createAssignment(
        factory.createPropertyAccessExpression(factory.createIdentifier(names.scope), name.text),
        factory.createIdentifier(name.text),
      );
      return factory.createExpressionStatement(assign);
    }

    function topLevel(statement: ts.Statement, isLast: boolean): ts.Statement[] {
      if (ts.isExportDeclaration(statement) || ts.isImportDeclaration(statement)) return [];
      if (hasModifier(statement, ts.SyntaxKind.DeclareKeyword)) return [];
      if (ts.isClassDeclaration(statement) && statement.name === undefined) {
        const { typeParameters, heritageClauses, members } = statement;
        const kept = statement.modifiers?.filter(ts.isDecorator);
        const made = factory.createClassExpression(kept, undefined, typeParameters, heritageClauses, members);
        return [returned(factory.createParenthesizedExpression(made), isLast, statement)];
      }
      if (ts.isExportAssignment(statement)) return [returned(statement.expression, isLast, statement)];
      if (ts.isExpressionStatement(statement)) return [returned(statement.expression, isLast, statement)];
      const visited = visit(withoutExport(statement, context)) as ts.Node | ts.Node[];
      const statements = (Array.isArray(visited) ? visited : [visited]) as ts.Statement[];
      if (
        ts.isClassDeclaration(statement) ||
        ts.isEnumDeclaration(statement) ||
        ts.isImportEqualsDeclaration(statement)
      ) {
        return [...statements, publish(statement.name!)];
      }
      if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name) && hasValue(statement)) {
        return [...statements, publish(statement.name)];
      }
      return statements;
    }

    function hasValue(node: ts.ModuleDeclaration): boolean {
      const symbol = checker.getSymbolAtLocation(node.name);
      return symbol !== undefined && (symbol.flags & ts.SymbolFlags.ValueModule) !== 0;
    }

    function returned(value: ts.Expression, isLast: boolean, statement: ts.Statement): ts.Statement {
      const visited = expression(value);
      return ts.setTextRange(
        isLast ? factory.createReturnStatement(visited) : factory.createExpressionStatement(visited),
        statement,
      );
    }

    return source => {
      file = source;
      const own = file.statements.filter(
        statement => statement.getStart(file) < end && !ts.isEmptyStatement(statement),
      );
      const last = own.at(-1);
      const functions = own.filter(
        (statement): statement is ts.FunctionDeclaration =>
          ts.isFunctionDeclaration(statement) && statement.body !== undefined && statement.name !== undefined,
      );
      const body = own.flatMap(statement =>
        magics.around(file, statement, topLevel(statement, statement === last), statement === last),
      );
      // An import that is only used as a type is left out; one that is not used here is kept for later cells, if it is a value.
      const keep = (node: ts.Node): boolean => usedImports.has(node) || !isType(checker, node);
      const imports = own
        .filter(ts.isImportDeclaration)
        .flatMap(statement => importStatements(statement, names.load, keep));
      const hoisted = functions.map(statement => publish(statement.name!));
      return factory.updateSourceFile(file, magics.whole([...hoisted, ...imports, ...body]));
    };
  };
}
