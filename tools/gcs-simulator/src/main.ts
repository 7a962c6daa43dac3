import { createServer } from 'node:http';
import { Faults } from './faults.ts';
import { ObjectStore } from './object-store.ts';
import { Requests } from './requests.ts';
import { type Identity, Verifier } from './verifier.ts';

const options: Identity & { readonly port: number; readonly folder: string } = JSON.parse(process.argv[2] ?? '');
const requests = new Requests(new ObjectStore(options.folder), new Verifier(options), new Faults());
createServer((request, response) => void requests.handle(request, response)).listen(options.port, '127.0.0.1');
