import {
  assertCount,
  type CallOptions,
  checkOptionNames,
  type MapOptions,
  type MapReduceOptions,
} from './map-options.ts';

/** Options of `mapReduce`, told apart. */
export interface SplitOptions {
  readonly map: MapOptions;
  readonly reduce: CallOptions;
  /** Percentage of the map calls. */
  readonly spawnReducer: number;
  readonly onePerObject: boolean;
}

const DEFAULT_SPAWN_REDUCER = 20;

/** @throws TypeError or RangeError naming the option. */
export function splitMapReduceOptions(options: MapReduceOptions): SplitOptions {
  checkOptionNames('mapReduce', options);
  const {
    extraArgsReduce,
    runtimeMemory,
    mapRuntimeMemory = runtimeMemory,
    reduceRuntimeMemory = runtimeMemory,
    spawnReducer = DEFAULT_SPAWN_REDUCER,
    reducerOnePerObject = false,
    ...shared
  } = options;
  if (!(typeof spawnReducer === 'number' && spawnReducer >= 0 && spawnReducer <= 100))
    throw new RangeError(`spawnReducer is a percentage from 0 to 100, not ${String(spawnReducer)}`);
  if (extraArgsReduce !== undefined && !Array.isArray(extraArgsReduce))
    throw new TypeError('extraArgsReduce is a list of arguments');
  assertCount('mapRuntimeMemory', mapRuntimeMemory, 1);
  assertCount('reduceRuntimeMemory', reduceRuntimeMemory, 1);
  const { chunksize: _, extraArgs: __, objChunkSize: ___, objChunkNumber: ____, objNewline: _____, ...calls } = shared;
  return {
    map: { ...shared, ...(mapRuntimeMemory !== undefined && { runtimeMemory: mapRuntimeMemory }) },
    reduce: {
      ...calls,
      ...(extraArgsReduce !== undefined && { extraArgs: extraArgsReduce }),
      ...(reduceRuntimeMemory !== undefined && { runtimeMemory: reduceRuntimeMemory }),
    },
    spawnReducer,
    onePerObject: reducerOnePerObject,
  };
}
