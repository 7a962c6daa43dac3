import { ThreadWorker } from 'poolifier';
import * as work from './work.mjs';

export default new ThreadWorker({ noop: work.noop, bytes: work.bytes, spin: work.spin, lengthOf: work.lengthOf });
