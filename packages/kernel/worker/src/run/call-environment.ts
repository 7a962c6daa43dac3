/** Sets environment variables, and gives back what undoes it. */
export function applyEnv(env: Readonly<Record<string, string>> | undefined): () => void {
  if (env === undefined) return () => {};
  const before = new Map<string, string | undefined>();
  for (const [name, value] of Object.entries(env)) {
    before.set(name, process.env[name]);
    process.env[name] = value;
  }
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
