import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FunctionExecutor } from 'lithops';

/** US domestic flights of 2001, from the public data sets of the Vega project. */
interface Flight {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

interface Tally {
  readonly flights: number;
  readonly late: number;
  readonly minutes: number;
}

const folder = dirname(createRequire(import.meta.url).resolve('vega-datasets'));
const flights: Flight[] = JSON.parse(readFileSync(join(folder, '..', 'data', 'flights-20k.json'), 'utf8'));

/** Flights, flights more than a quarter of an hour late, and minutes of delay, by airport of departure. */
function tally(part: readonly Flight[]): Map<string, Tally> {
  const airports = new Map<string, Tally>();
  for (const { origin, delay } of part) {
    const before = airports.get(origin) ?? { flights: 0, late: 0, minutes: 0 };
    airports.set(origin, {
      flights: before.flights + 1,
      late: before.late + (delay > 15 ? 1 : 0),
      minutes: before.minutes + delay,
    });
  }
  return airports;
}

function merge(tallies: readonly Map<string, Tally>[]): Map<string, Tally> {
  const merged = new Map<string, Tally>();
  for (const airports of tallies) {
    for (const [airport, part] of airports) {
      const sum = merged.get(airport) ?? { flights: 0, late: 0, minutes: 0 };
      merged.set(airport, {
        flights: sum.flights + part.flights,
        late: sum.late + part.late,
        minutes: sum.minutes + part.minutes,
      });
    }
  }
  return merged;
}

await using fexec = new FunctionExecutor();

const parts = Array.from({ length: 20 }, (_, i) => flights.slice(i * 1000, (i + 1) * 1000));
const startedAt = performance.now();
const airports = await fexec.mapReduce(tally, parts, merge).result();
const seconds = (performance.now() - startedAt) / 1000;

const ranked = [...airports]
  .filter(([, { flights: count }]) => count >= 150)
  .sort(([, a], [, b]) => b.late / b.flights - a.late / a.flights);
console.log(
  `${flights.length} flights from ${airports.size} airports, in ${parts.length} tasks and ${seconds.toFixed(2)} s\n`,
);
console.log('Where a flight was most likely to leave more than 15 minutes late:\n');
console.log('airport  flights   late   mean delay');
for (const [airport, { flights: count, late, minutes }] of ranked.slice(0, 8)) {
  console.log(
    `${airport.padEnd(7)} ${String(count).padStart(8)} ${`${((100 * late) / count).toFixed(1)} %`.padStart(7)} ${`${(minutes / count).toFixed(1)} min`.padStart(11)}`,
  );
}

// The same, counted in one go without Lithops.
const direct = tally(flights);
const same =
  direct.size === airports.size &&
  [...direct].every(([airport, sum]) => JSON.stringify(airports.get(airport)) === JSON.stringify(sum));
console.log(`\nThe same answer as a direct count: ${same ? 'yes' : 'NO'}`);
if (!same) process.exitCode = 1;
