// Plain JavaScript: nothing is to be compiled that a user's script would not compile.
const { open } = await import(`../participants/${process.argv[2]}.mjs`);
const pool = await open(2);
if ((await pool.run('noop', 1)) !== 1) throw new Error('wrong');
await pool.close();
