import { durationMs } from '../duration.ts';
import type { FieldErrors } from './field-errors.ts';

type Annotations = Readonly<Record<string, string>>;

export const AUTOSCALING = 'autoscaling.knative.dev/';
const SERVING = 'serving.knative.dev/';
const MAX_INT32 = 2_147_483_647;
const HOUR = 3_600_000;

/** The older spelling of each is known too. */
const SPELLINGS: Readonly<Record<string, string>> = {
  'min-scale': 'minScale',
  'max-scale': 'maxScale',
  'initial-scale': 'initialScale',
  'scale-down-delay': 'scaleDownDelay',
  'target-utilization-percentage': 'targetUtilizationPercentage',
  'scale-to-zero-pod-retention-period': 'scaleToZeroPodRetentionPeriod',
};

/** The value of an annotation of the autoscaler, and the key that it was under. */
export function autoscaling(
  annotations: Annotations,
  name: string,
): { readonly key: string; readonly value: string } | undefined {
  for (const spelling of [name, SPELLINGS[name]]) {
    const key = `${AUTOSCALING}${spelling}`;
    const value = annotations[key];
    if (spelling !== undefined && value !== undefined) return { key, value };
  }
  return undefined;
}

/** Of a revision's template. */
export function checkAutoscaling(annotations: Annotations, path: string, errors: FieldErrors): void {
  const scales = ['min-scale', 'max-scale', 'initial-scale', 'activation-scale'].map((name) => {
    const given = autoscaling(annotations, name);
    return given === undefined ? undefined : checkedScale(given, path, errors);
  });
  const [least = 0, most = 0] = scales;
  if (most > 0 && least > most) {
    const keys = `${path}.${AUTOSCALING}max-scale, ${path}.${AUTOSCALING}min-scale`;
    errors.add(`max-scale=${most} is less than min-scale=${least}`, keys);
  }
  checkNumber('target', 0.01, Number.MAX_VALUE);
  checkNumber('target-utilization-percentage', 1, 100);
  checkNumber('panic-window-percentage', 1, 100);
  checkNumber('panic-threshold-percentage', 110, 1000);
  checkDuration('window', 6_000, HOUR, '6s', '1h0m0s');
  checkDuration('scale-down-delay', 0, HOUR, '0s', '1h0m0s');
  checkDuration('scale-to-zero-pod-retention-period', 0, HOUR, '0s', '1h0m0s');
  const known = ['kpa.autoscaling.knative.dev', 'hpa.autoscaling.knative.dev'];
  const scaler = autoscaling(annotations, 'class');
  if (scaler?.value.endsWith(AUTOSCALING.slice(0, -1)) && !known.includes(scaler.value))
    errors.invalidValue(scaler.value, `${path}.${scaler.key}`);
  const metric = autoscaling(annotations, 'metric');
  if (metric !== undefined && !['concurrency', 'rps'].includes(metric.value))
    errors.invalidValue(metric.value, `${path}.${metric.key}`);

  function checkNumber(name: string, least: number, most: number): void {
    const given = autoscaling(annotations, name);
    if (given === undefined) return;
    const number = given.value.trim() === '' ? Number.NaN : Number(given.value);
    if (Number.isNaN(number)) errors.invalidValue(given.value, `${path}.${given.key}`);
    else if (number < least || number > most)
      errors.add(`target ${given.key} should be at least ${least}`, `${path}.${given.key}`);
  }

  function checkDuration(name: string, least: number, most: number, from: string, to: string): void {
    const given = autoscaling(annotations, name);
    if (given === undefined) return;
    const duration = durationMs(given.value);
    if (duration === undefined) errors.invalidValue(given.value, `${path}.${given.key}`);
    else if (duration < least || duration > most) errors.outOfBounds(given.value, from, to, `${path}.${given.key}`);
    else if (duration % 1_000 !== 0)
      errors.add('must be specified with at most second precision', `${path}.${given.key}`);
  }
}

function checkedScale(
  { key, value }: { readonly key: string; readonly value: string },
  path: string,
  errors: FieldErrors,
): number | undefined {
  if (!/^[-+]?\d+$/.test(value))
    errors.invalidValue(value, `${path}.${key}`, 'must be an integer equal or greater than 0');
  else if (Number(value) < 0 || Number(value) > MAX_INT32) errors.outOfBounds(value, 0, MAX_INT32, `${path}.${key}`);
  else if (key.endsWith('initial-scale') && Number(value) === 0)
    errors.invalidValue(value, `${path}.${key}`, 'must be greater than 0');
  else return Number(value);
  return undefined;
}

/** Of a Service or Configuration itself: the autoscaler would not see them there. */
export function checkNoAutoscaling(annotations: Annotations, path: string, errors: FieldErrors): void {
  const details = 'autoscaling annotations must be put under "spec.template.metadata.annotations" to work';
  for (const key of Object.keys(annotations)) if (key.startsWith(AUTOSCALING)) errors.invalidKey(key, path, details);
}

const OF_SERVICES = [
  'creator',
  'lastModifier',
  'forceUpgrade',
  'rollout-duration',
  'rolloutDuration',
  'rolloutInProgress',
  'routes',
  'routingStateModified',
];
const OF_LABELS = [
  'configuration',
  'configurationGeneration',
  'configurationUID',
  'route',
  'revision',
  'revisionUID',
  'routingState',
  'service',
  'serviceUID',
];

export function checkServingAnnotations(annotations: Annotations, path: string, errors: FieldErrors): void {
  for (const key of Object.keys(annotations))
    if (key.startsWith(SERVING) && !OF_SERVICES.includes(key.slice(SERVING.length))) errors.invalidKey(key, path);
}

export function checkServingLabels(labels: Annotations, path: string, errors: FieldErrors): void {
  for (const key of Object.keys(labels))
    if (key.startsWith(SERVING) && !OF_LABELS.includes(key.slice(SERVING.length))) errors.invalidKey(key, path);
}
