import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** What the source says of a key of a section. */
export interface KeyDeclaration {
  /** Empty where nothing is said. */
  readonly comment: string;
  /** Of a member of an interface; of a key of a zod schema its schema knows more. */
  readonly type: string | undefined;
}

/** The keys that schemas and interfaces of sections in these folders declare, and what is said of them. */
export function keyDeclarations(folders: readonly string[]): Map<string, KeyDeclaration> {
  const declarations = new Map<string, KeyDeclaration>();
  for (const folder of folders) {
    for (const path of globSync('**/{config,*-section,*-schema,*-keys}.ts', { cwd: folder })) {
      const text = readFileSync(join(folder, path), 'utf8');
      collect(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true), declarations);
    }
  }
  return declarations;
}

function collect(node: ts.Node, declarations: Map<string, KeyDeclaration>): void {
  if ((ts.isPropertyAssignment(node) || ts.isPropertySignature(node)) && ts.isIdentifier(node.name)) {
    const { text } = node.name;
    const known = declarations.get(text);
    const comment = known?.comment === undefined || known.comment === '' ? commentOf(node) : known.comment;
    const type = known?.type ?? (ts.isPropertySignature(node) ? typeOf(node) : undefined);
    declarations.set(text, { comment, type });
  }
  ts.forEachChild(node, (child) => collect(child, declarations));
}

function commentOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .flatMap((part) => (ts.isJSDoc(part) ? [ts.getTextOfJSDocComment(part.comment) ?? ''] : []))
    .join(' ')
    .replaceAll(/\s+/g, ' ');
}

const WORDS: Readonly<Record<string, string>> = { string: 'text', number: 'number', boolean: '`true`, `false`' };

function typeOf({ type }: ts.PropertySignature): string | undefined {
  if (type === undefined) return undefined;
  const parts = ts.isUnionTypeNode(type) ? type.types : [type];
  return parts.map((part) => WORDS[part.getText()] ?? `\`${part.getText().replaceAll('readonly ', '')}\``).join(' or ');
}
