// Asks Perfetto's trace processor of a trace: `node query_perfetto.mjs ENGINE-FOLDER SQL FILE`. Prints the rows, as JSON.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, sql, trace] = process.argv.slice(2);

// The engine is made for a worker of a browser.
globalThis.self = globalThis;
globalThis.location = { href: 'file:///' };
globalThis.importScripts = () => {};
globalThis.WorkerGlobalScope = class {};
globalThis.XMLHttpRequest = class {
  open(_method, name) {
    this.name = name;
  }
  send() {
    this.response = readFileSync(join(folder, this.name));
  }
};
const { process: node } = globalThis;
delete globalThis.process;
console.warn = console.log = () => {};
(0, eval)(readFileSync(join(folder, 'engine_bundle.js'), 'utf8'));

// Requests and replies are messages of protobuf.
const varint = (n) => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
const number = (field, n) => [...varint(field << 3), ...varint(n)];
const bytes = (field, data) => Buffer.concat([Buffer.from([...varint((field << 3) | 2), ...varint(data.length)]), Buffer.from(data)]);
const fields = (data) => {
  let at = 0;
  const next = () => {
    let [n, unit] = [0, 1];
    for (;;) {
      const byte = data[at++];
      n += (byte & 127) * unit;
      unit *= 128;
      if (byte < 128) return n;
    }
  };
  const all = [];
  while (at < data.length) {
    const tag = next();
    const kind = tag & 7;
    if (kind === 0) all.push([tag >> 3, next()]);
    else {
      const length = kind === 2 ? next() : kind === 1 ? 8 : 4;
      all.push([tag >> 3, data.subarray(at, (at += length))]);
    }
  }
  return all;
};
const texts = (data) => data.toString('utf8').split('\0');
const numbers = (data) => {
  const all = [];
  for (let at = 0; at < data.length; ) {
    let [n, unit, byte] = [0n, 1n, 0];
    do {
      byte = data[at++];
      n += BigInt(byte & 127) * unit;
      unit *= 128n;
    } while (byte >= 128);
    all.push(Number(BigInt.asIntN(64, n)));
  }
  return all;
};

let sequence = 0;
const request = (method, argument = Buffer.alloc(0)) => {
  sequence += 1;
  const message = Buffer.concat([Buffer.from([...number(1, sequence), ...number(2, method)]), argument]);
  return new Uint8Array(bytes(1, message));
};

let columns = [];
const rows = [];
const readCells = (batch) => {
  const parts = fields(batch);
  const part = (field) => parts.find(([name]) => name === field)?.[1];
  const whole = numbers(part(2) ?? Buffer.alloc(0));
  const floats = part(3) ?? Buffer.alloc(0);
  const words = texts(part(5) ?? Buffer.alloc(0));
  let float = 0;
  const cells = numbers(part(1) ?? Buffer.alloc(0)).map((kind) => {
    switch (kind) {
      case 2: return whole.shift();
      case 3: return floats.readDoubleLE(8 * float++);
      case 4: return words.shift();
      default: return null;
    }
  });
  while (cells.length) rows.push(Object.fromEntries(columns.map((name) => [name, cells.shift()])));
  return part(6) === 1;
};
const done = (failure) => {
  if (failure) {
    node.stderr.write(`${failure}\n`);
    node.exit(1);
  }
  node.stdout.write(`${JSON.stringify(rows)}\n`, () => node.exit(0));
};
const port = {
  postMessage(reply) {
    for (const [, message] of fields(Buffer.from(reply)))
      for (const [name, value] of fields(message)) {
        if (name === 5) done(value.toString());
        if (name === 201) for (const [field, text] of fields(value)) if (field === 2) done(text.toString());
        if (name !== 203) continue;
        for (const [field, part] of fields(value)) {
          if (field === 1) columns.push(part.toString());
          if (field === 2) done(part.toString());
          if (field === 3 && readCells(part)) done();
        }
      }
  },
};
globalThis.onmessage({ data: port });
setTimeout(() => {
  port.onmessage({ data: request(1, bytes(101, readFileSync(trace))) });
  port.onmessage({ data: request(2) });
  port.onmessage({ data: request(3, bytes(103, bytes(1, Buffer.from(sql)))) });
});
