// Reads a Chrome trace by a parser of others: `node read_trace.mjs FILE`. Prints what it makes of it, as JSON.

import { readFileSync } from 'node:fs';
import { buildModel } from '@tracerbench/trace-model';

const trace = buildModel(JSON.parse(readFileSync(process.argv[2], 'utf8')));
const slicesOf = (thread) =>
  thread.events
    .filter((event) => event.isComplete())
    .map((event) => ({ name: event.name, start: event.start, duration: event.duration, within: event.parent?.name ?? null, args: event.args ?? {} }));
const read = trace.processes.map((process) => ({
  name: process.name ?? null,
  threads: process.threads.map((thread) => ({ name: thread.name ?? null, slices: slicesOf(thread) })),
}));
console.log(JSON.stringify(read));
