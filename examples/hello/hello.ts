import { FunctionExecutor } from 'lithops';

await using fexec = new FunctionExecutor();

const greetings = await fexec
  .map((name: string) => `Hello ${name}, from process ${process.pid}`, ['Ada', 'Grace', 'Edsger'])
  .result();

for (const greeting of greetings) console.log(greeting);
if (greetings.length !== 3 || !greetings.every((greeting) => !greeting.includes(`process ${process.pid}`)))
  process.exitCode = 1;
