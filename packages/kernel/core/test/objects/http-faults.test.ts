import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { allBytes, partitionsOf } from './object-contents.ts';
import { rangeOf, serve, startServer } from './range-server.ts';

const content = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join(''));
const parts = { objChunkNumber: 4 };

/** Sends the beginning of what was announced, and cuts the connection. */
function breakOff(response: ServerResponse, bytes: Buffer): void {
  response.write(bytes, () => response.destroy());
}

/** Serves a newer version to whoever asks for the older one. */
function ignoringConditions(request: IncomingMessage, response: ServerResponse): void {
  delete request.headers['if-match'];
  serve(content, { etag: '"v2"' })(request, response);
}

describe('a server', () => {
  it('that ignores Range has its object read as one part', async () => {
    await using server = await startServer((_, response) =>
      response.writeHead(200, { 'content-length': content.length }).end(content),
    );
    const partitions = await partitionsOf([server.url], parts);
    expect(partitions.map(({ totalParts, size }) => [totalParts, size])).toEqual([[1, content.length]]);
    expect((await allBytes(partitions)).equals(content)).toBe(true);
  });

  it('that stops to honour Range after the job was made still gives each part its bytes', async () => {
    await using server = await startServer(serve(content));
    const partitions = await partitionsOf([server.url], parts);
    expect(partitions).toHaveLength(4);
    server.answer = (_, response) =>
      response.writeHead(200, { etag: '"v1"', 'content-length': content.length }).end(content);
    expect((await allBytes(partitions)).equals(content)).toBe(true);
  });

  it('that does not tell the size has its object read to the end', async () => {
    await using server = await startServer((_, response) => {
      response.write(content.subarray(0, 1000));
      response.end(content.subarray(1000));
    });
    const partitions = await partitionsOf([server.url], parts);
    expect(partitions.map(({ totalParts, size, range }) => [totalParts, size, range])).toEqual([
      [1, undefined, undefined],
    ]);
    expect((await allBytes(partitions)).equals(content)).toBe(true);
    server.answer = (_, response) => breakOff(response, content.subarray(0, 1000));
    await expect(allBytes(partitions)).rejects.toMatchObject({
      reason: 'unavailable',
      message: expect.stringMatching(/the connection broke after \d+ bytes/),
    });
  });

  it('that drops connections in the middle is asked for the rest', async () => {
    await using server = await startServer(serve(content));
    const partitions = await partitionsOf([server.url], parts);
    let drops = 0;
    server.answer = (request, response) => {
      const range = rangeOf(request, content.length);
      if (range === undefined || range.end - range.start < 1000) return serve(content)(request, response);
      drops++;
      response.writeHead(206, {
        etag: '"v1"',
        'content-length': range.end - range.start,
        'content-range': `bytes ${range.start}-${range.end - 1}/${content.length}`,
      });
      breakOff(response, content.subarray(range.start, range.start + Math.ceil((range.end - range.start) * 0.7)));
    };
    expect((await allBytes(partitions)).equals(content)).toBe(true);
    expect(drops).toBeGreaterThan(8);
  });

  it('that drops every connection at the same place, or tells too great a length, is an error', async () => {
    await using server = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': content.length + 10 });
      breakOff(response, content);
    });
    const partitions = await partitionsOf([server.url], {});
    await expect(allBytes(partitions)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining(`the connection broke after ${content.length} of ${content.length + 10} bytes`),
    });
  });

  it('that sends other bytes than asked for is an error', async () => {
    await using server = await startServer(serve(content));
    const partitions = await partitionsOf([server.url], parts);
    server.answer = (_, response) =>
      response
        .writeHead(206, { etag: '"v1"', 'content-range': `bytes 0-99/${content.length}` })
        .end(content.subarray(0, 100));
    await expect(partitions[1]?.bytes()).rejects.toThrow(/the server sent other bytes than those asked for/);
  });

  it.each([
    ['another size', serve(content.subarray(1)), /it had 428890 bytes and now has 428889/],
    ['412', serve(content, { etag: '"v2"' }), /the server answered 412/],
    ['another tag', ignoringConditions, /another entity tag/],
    [
      '410',
      (_: unknown, response: ServerResponse) => void response.writeHead(410).end(),
      /has been deleted since the job was made/,
    ],
    ['403', (_: unknown, response: ServerResponse) => void response.writeHead(403).end(), /the server answered 403/],
  ])('that answers with %s when the object is read is an error', async (_, answer, message) => {
    await using server = await startServer(serve(content));
    const partitions = await partitionsOf([server.url], parts);
    server.answer = answer;
    await expect(partitions[2]?.text()).rejects.toThrow(message);
  });

  it('that has no tags tells a change by the date', async () => {
    const monday = { 'last-modified': 'Mon, 02 Nov 2026 10:00:00 GMT' };
    await using server = await startServer(serve(content, monday));
    const [partition] = await partitionsOf([server.url], parts);
    expect((await partition?.text())?.startsWith('line 0')).toBe(true);
    server.answer = serve(content, { 'last-modified': 'Tue, 03 Nov 2026 10:00:00 GMT' });
    await expect(partition?.text()).rejects.toThrow(/has been written again/);
  });

  it('that is busy for a while is asked again', async () => {
    let requests = 0;
    await using server = await startServer((request, response) => {
      if (++requests % 2 === 1) response.writeHead(503).end('busy');
      else serve(content)(request, response);
    });
    const partitions = await partitionsOf([server.url], {});
    expect((await allBytes(partitions)).equals(content)).toBe(true);
  });

  it('that has no such object, or is not there, is an error without secrets', async () => {
    await using server = await startServer((_, response) => response.writeHead(404).end('no'));
    const url = server.url.replace('//', '//me:secret@');
    const error: unknown = await partitionsOf([`${url}?token=secret`], {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      reason: 'no-such-key',
      message: expect.stringMatching(/data\.txt\?\.\.\. cannot be read: the server answered 404/),
    });
    expect(String(error)).not.toContain('secret');
  });

  it('is sent the name and password of the URL', async () => {
    await using server = await startServer((request, response) => {
      if (request.headers.authorization === `Basic ${Buffer.from('me:pass word').toString('base64')}`)
        serve(content)(request, response);
      else response.writeHead(401).end();
    });
    const partitions = await partitionsOf([server.url.replace('//', '//me:pass%20word@')], parts);
    expect((await allBytes(partitions)).equals(content)).toBe(true);
  });

  it('that sends compressed bytes unasked has them read as what they are', async () => {
    const { gzipSync } = await import('node:zlib');
    const packed = gzipSync(content);
    await using server = await startServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length, etag: '"z"' }).end(packed),
    );
    const partitions = await partitionsOf([server.url], parts);
    expect((await allBytes(partitions)).equals(content)).toBe(true);
  });

  it('with an empty object gives one empty part', async () => {
    await using server = await startServer(serve(Buffer.alloc(0)));
    const partitions = await partitionsOf([server.url], parts);
    expect(partitions.map(({ size, totalParts }) => [size, totalParts])).toEqual([[0, 1]]);
    expect(await partitions[0]?.text()).toBe('');
  });
});
