/**
 * What one source text imports, and which asynchronous syntax it uses: found by TypeScript's
 * parser, so that a comment or a string never counts and no way to import is overlooked.
 */
import ts from 'typescript'

export interface Import {
  /** As written; null when it is computed and nobody can check it. */
  readonly specifier: string | null
  readonly typeOnly: boolean
  readonly line: number
}

export interface SourceFacts {
  readonly imports: readonly Import[]
  readonly asynchronous: readonly { readonly what: string; readonly line: number }[]
}

export function factsOf(path: string, text: string): SourceFacts {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const asynchronous: { what: string; line: number }[] = []
  const lineOf = (node: ts.Node) =>
    source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1

  const visit = (node: ts.Node): void => {
    const found = importOf(node)
    if (found !== null) imports.push({ ...found, line: lineOf(node) })
    const what = asynchronousSyntax(node)
    if (what !== null) asynchronous.push({ what, line: lineOf(node) })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { imports, asynchronous }
}

function importOf(node: ts.Node): Omit<Import, 'line'> | null {
  if (ts.isImportDeclaration(node)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    return { specifier: textOf(node.moduleSpecifier), typeOnly }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { specifier: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly }
  }
  if (ts.isImportTypeNode(node)) {
    const argument = ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
    return { specifier: textOf(argument), typeOnly: true }
  }
  if (ts.isExternalModuleReference(node)) {
    return { specifier: textOf(node.expression), typeOnly: false }
  }
  if (ts.isCallExpression(node) && loadsModule(node.expression)) {
    return { specifier: textOf(node.arguments[0]), typeOnly: false }
  }
  return null
}

/** `import(…)`, `require(…)`, `require.resolve(…)`, `import.meta.resolve(…)`. */
function loadsModule(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  if (ts.isIdentifier(callee)) return callee.text === 'require'
  if (!ts.isPropertyAccessExpression(callee) || callee.name.text !== 'resolve') return false
  const target = callee.expression
  return ts.isMetaProperty(target) || (ts.isIdentifier(target) && target.text === 'require')
}

function textOf(node: ts.Node | undefined): string | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : null
}

function asynchronousSyntax(node: ts.Node): string | null {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async'
  if (ts.isAwaitExpression(node)) return 'await'
  if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return 'for await'
  return null
}
