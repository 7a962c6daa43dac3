/** The members of a structure that a request must have: an SDK's schema lists those first, and counts them. */
export function requiredMembers(schema: { getSchema(): unknown }): ReadonlySet<string> {
  const [, , , , names, , count = 0] = schema.getSchema() as [3, string, string, unknown, string[], unknown, number?]; // a structure's
  return new Set(names.slice(0, count));
}
