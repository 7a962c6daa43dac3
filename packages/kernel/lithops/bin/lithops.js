#!/usr/bin/env node
// Plain JavaScript of any age, so that an old Node can say what is wrong.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(`lithops needs Node 22.12 or later; this is ${process.version} (${process.execPath})\n`);
  process.exit(1);
}
const { main } = await import(new URL('../dist/cli/main.js', import.meta.url).href);
await main(process.argv);
