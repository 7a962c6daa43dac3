import type { Admission } from '../api/admission.ts';
import { invalid, type StatusCause } from '../api/status-error.ts';
import type { Job } from '../objects/core-objects.ts';
import { JOBS } from '../objects/kinds.ts';
import { asKube, at, isObject, sameJson } from '../objects/kube-object.ts';

/** Defaults of Jobs, and what their schema cannot say. */
export const jobAdmission: Admission = {
  complete: ({ kind }, object) => {
    const { spec } = object;
    if (kind !== JOBS || !isObject(spec)) return object;
    const { completions, parallelism } = spec;
    const both = completions === undefined && parallelism === undefined ? { completions: 1 } : {};
    const defaults = { parallelism: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, ...both };
    return { ...object, spec: { ...defaults, ...spec } };
  },
  assert: ({ kind, previous }, object) => {
    if (kind !== JOBS) return;
    const causes = [...restartCauses(asKube<Job>(object)), ...changeCauses(previous, object)];
    if (causes.length > 0) throw invalid(kind, object.metadata.name, causes);
  },
};

function restartCauses({ spec }: Job): StatusCause[] {
  const policy = spec.template.spec?.restartPolicy;
  const field = 'spec.template.spec.restartPolicy';
  const valid = 'valid values: "OnFailure", "Never"';
  if (policy === undefined) return [{ reason: 'FieldValueRequired', message: `Required value: ${valid}`, field }];
  if (policy === 'Never' || policy === 'OnFailure') return [];
  return [{ reason: 'FieldValueNotSupported', message: `Unsupported value: "${policy}": supported ${valid}`, field }];
}

function changeCauses(previous: object | undefined, object: object): StatusCause[] {
  if (previous === undefined) return [];
  return ['template', 'completionMode', 'completions'].flatMap((part) => {
    const [old, fresh] = [at(previous, 'spec', part), at(object, 'spec', part)];
    if (sameJson(old, fresh)) return [];
    const message = `Invalid value: ${JSON.stringify(fresh)}: field is immutable`;
    return [{ reason: 'FieldValueInvalid', message, field: `spec.${part}` }];
  });
}
