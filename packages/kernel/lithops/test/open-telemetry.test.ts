import { context, metrics, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { FunctionExecutor } from 'lithops';
import { afterAll, beforeAll, expect, it } from 'vitest';

const spans = new InMemorySpanExporter();
const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3_600_000 });

beforeAll(() => {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  propagation.setGlobalPropagator({
    fields: () => ['traceparent'],
    inject(of, carrier, setter) {
      const { traceId = '', spanId = '' } = trace.getSpanContext(of) ?? {};
      setter.set(carrier, 'traceparent', `00-${traceId}-${spanId}-01`);
    },
    extract: (of) => of,
  });
});

afterAll(async () => {
  await reader.shutdown();
  trace.disable();
  context.disable();
  metrics.disable();
  propagation.disable();
});

function named(name: string): ReadableSpan[] {
  return spans.getFinishedSpans().filter((span) => span.name === name);
}

it('traces jobs and calls into the trace of their caller, and hands it on to tasks', async () => {
  await using fexec = new FunctionExecutor({ config: {}, maxWorkers: 2 });
  const work = async (i: number, { attempt }: { attempt: number }) => {
    if (i === 1 && attempt === 1) throw new RangeError('once');
    if (i === 2) throw new TypeError('always');
    return process.env['TRACEPARENT'];
  };
  const parents = await trace.getTracer('test').startActiveSpan('caller', async (caller) => {
    const list = fexec.map(work as (i: number) => Promise<string | undefined>, [0, 1, 2], {
      retries: 1,
      retryOn: (error) => error instanceof RangeError,
      extraEnv: { OWN: 'kept' },
    });
    const results = await list.result({ throwExcept: false });
    caller.end();
    return results;
  });
  const [caller] = named('caller');
  const [job] = named('job work');
  const calls = named('call work');
  expect(job?.parentSpanContext?.spanId).toBe(caller?.spanContext().spanId);
  expect(job?.status).toEqual({ code: SpanStatusCode.ERROR, message: '1 of 3 calls failed' });
  expect(calls).toHaveLength(3);
  for (const call of calls) {
    expect(call.parentSpanContext?.spanId).toBe(job?.spanContext().spanId);
    expect(call.spanContext().traceId).toBe(caller?.spanContext().traceId);
  }
  const byId = new Map(calls.map((call) => [call.attributes['lithops.call.id'], call]));
  expect(byId.get('00001')?.events.map(({ name }) => name)).toEqual([
    'attempt',
    'attempt failed',
    'attempt',
    'attempt success',
  ]);
  expect(byId.get('00001')?.attributes).toMatchObject({ 'lithops.call.attempts': 2, 'lithops.call.state': 'success' });
  expect(byId.get('00002')?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'always' });
  expect(byId.get('00002')?.attributes['error.type']).toBe('TypeError');
  const { traceId = '', spanId = '' } = job?.spanContext() ?? {};
  expect(parents).toEqual([`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01`, undefined]);

  await reader.forceFlush();
  const all = measured.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const pointsOf = (name: string) => all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  const ended = pointsOf('lithops.calls.ended').map(({ attributes, value }) => [
    attributes['lithops.call.state'],
    value,
  ]);
  expect(Object.fromEntries(ended)).toEqual({ success: 2, error: 1 });
  expect(pointsOf('lithops.calls.retried')[0]?.value).toBe(1);
  expect(
    pointsOf('lithops.call.duration').reduce((sum, { value }) => sum + (value as { count: number }).count, 0),
  ).toBe(3);
});

it('does nothing when no SDK is registered', async () => {
  trace.disable();
  context.disable();
  metrics.disable();
  propagation.disable();
  const before = spans.getFinishedSpans().length;
  await using fexec = new FunctionExecutor({ config: {}, maxWorkers: 1 });
  expect(await fexec.callAsync(() => process.env['TRACEPARENT'], 0).result()).toBeUndefined();
  expect(spans.getFinishedSpans()).toHaveLength(before);
});
