import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type FaultyHttpProxy, type HttpFault, startFaultyHttpProxy } from '@lithops-tools/services';

/** IBM Cloud as far as this storage meets it: IAM's token endpoint, and what Object Storage looks at before it answers. */
export interface IbmCloud extends AsyncDisposable {
  readonly iamEndpoint: string;
  readonly cosEndpoint: string;
  readonly apiKey: string;
  readonly serviceInstanceId: string;
  /** Requests for tokens so far. */
  readonly tokensIssued: number;
  readonly proxy: FaultyHttpProxy;
  /** From now on tokens are good for so many seconds. */
  issueFor(seconds: number): void;
}

const API_KEY = 'api-key-only-for-tests';
const GUID = '9fc1c4c7-2cb1-4bd2-a4d1-1f1bd2d4f3a8';
const INSTANCE = `crn:v1:bluemix:public:cloud-object-storage:global:a/59bcbfa6ea2f006b4ed7094c1a08dcdd:${GUID}::`;
const GRANT = 'urn:ibm:params:oauth:grant-type:apikey';

/** In front of a server that speaks S3, which keeps the objects. */
export async function startIbmCloud(s3Port: number): Promise<IbmCloud> {
  const tokens = new Map<string, number>();
  let lifetime = 3600;
  let tokensIssued = 0;
  const answerToken = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    const answer = (status: number, content: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    const form = new URLSearchParams(body);
    if (request.method !== 'POST' || request.url !== '/identity/token') return answer(404, { errorCode: 'BXNIM0106E' });
    if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return answer(415, { errorCode: 'BXNIM0138E', errorMessage: 'Unsupported media type' });
    if (form.get('grant_type') !== GRANT)
      return answer(400, { errorCode: 'BXNIM0120E', errorMessage: 'Property missing or empty: grant_type.' });
    if (form.get('apikey') !== API_KEY)
      return answer(400, { errorCode: 'BXNIM0415E', errorMessage: 'Provided API key could not be found.' });
    const now = Math.floor(Date.now() / 1000);
    const claims = { iam_id: 'IBMid-1', iat: now, exp: now + lifetime, jti: String(++tokensIssued) };
    const encoded = [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    const token = `${encoded.join('.')}.signature`;
    tokens.set(token, claims.exp);
    return answer(200, {
      access_token: token,
      refresh_token: 'not_supported',
      token_type: 'Bearer',
      expires_in: lifetime,
      expiration: claims.exp,
      scope: 'ibm openid',
    });
  };
  const iam = createServer((request, response) => void answerToken(request, response)).listen(0, '127.0.0.1');
  await once(iam, 'listening');
  const address = iam.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port could be had');
  const proxy = await startFaultyHttpProxy(s3Port, ({ method, path, headers }) => {
    const [scheme, token = ''] = (headers.authorization ?? '').split(' ');
    const until = tokens.get(token) ?? 0;
    if (scheme !== 'Bearer' || until * 1000 <= Date.now()) return refused(403, 'AccessDenied', 'Access Denied');
    const makesBucket = method === 'PUT' && /^\/[^/?]+\/?(\?|$)/.test(path);
    if (makesBucket && headers['ibm-service-instance-id'] !== INSTANCE)
      return refused(400, 'InvalidRequest', 'Missing or unknown ibm-service-instance-id.');
    return undefined;
  });
  return {
    iamEndpoint: `http://127.0.0.1:${address.port}`,
    cosEndpoint: proxy.endpoint,
    apiKey: API_KEY,
    serviceInstanceId: INSTANCE,
    get tokensIssued() {
      return tokensIssued;
    },
    proxy,
    issueFor(seconds) {
      lifetime = seconds;
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      iam.close();
      iam.closeAllConnections();
      await once(iam, 'close');
    },
  };
}

function refused(status: number, code: string, message: string): HttpFault {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  };
}
