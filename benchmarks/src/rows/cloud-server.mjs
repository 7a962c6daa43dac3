// Answers every request after a fixed time. Ends with its client.
import { createServer } from 'node:http';

const latency = Number(process.argv[2]) * 1000;
const answer = Buffer.alloc(200);
const server = createServer((request, response) => {
  request.resume().on('end', () => setTimeout(() => response.end(answer), latency));
});
server.keepAliveTimeout = 60_000;
server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit(0));
