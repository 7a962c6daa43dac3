/** The name under which an ES module exports its function or class `name`, from its text as it was written; undefined when it does not. */
export function exportName(source: string, name: string): string | undefined {
  const word = name.replaceAll('$', '\\$');
  const declared = new RegExp(
    `^\\s*export\\s+(default\\s+)?(?:abstract\\s+|async\\s+)*(?:class|function\\s*\\*?|const|let|var)\\s+${word}\\b`,
    'm',
  ).exec(source);
  if (declared !== null) return declared[1] === undefined ? name : 'default';
  for (const [, list = '', from] of source.matchAll(/\bexport\s*\{([^}]*)\}(\s*from\b)?/g)) {
    const entry =
      from === undefined ? new RegExp(`(?:^|,)\\s*${word}(?:\\s+as\\s+([\\w$]+))?\\s*(?:,|$)`).exec(list) : null;
    if (entry !== null) return entry[1] ?? name;
  }
  return undefined;
}
