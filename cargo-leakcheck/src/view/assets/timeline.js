// When a test made what, and what made what.

const WIDE = { label: 330, bars: 620, row: 20, top: 24 };
const ROWS = 80;
// Begins the places of a released crate.
const RELEASED = /^[^/]+-\d+\.\d+\.\d+[^/]*\//;

const lineOf = (finding) => (finding.timeline === undefined ? null : data.timelines[finding.timeline]);
const spanOf = ([name, begun, until, end, parent, site, print]) => ({ name: textAt(name), begun, until, end: textAt(end), parent, site: frameAt(site), print: textAt(print) });
const took = (us) => (us === 0 ? '0' : us >= 1e6 ? `${(us / 1e6).toFixed(2)} s` : us >= 1e4 ? `${Math.round(us / 1e3)} ms` : `${(us / 1e3).toFixed(1)} ms`);

// Each thing behind what made it, with how deep it is.
function inOrder(spans) {
  const made = new Map();
  spans.forEach((span, at) => made.set(span.parent, [...(made.get(span.parent) ?? []), at]));
  const order = [];
  const open = [[null, -1]];
  while (open.length) {
    const [at, deep] = open.pop();
    if (at !== null) order.push([at, deep]);
    for (const next of (made.get(at) ?? []).toReversed()) open.push([next, deep + 1]);
  }
  return order;
}

// A step between marks of which some fit.
function markStep(lasted) {
  const about = lasted / 6;
  const ten = 10 ** Math.floor(Math.log10(Math.max(about, 1)));
  return ten * ([1, 2, 5].find((times) => times * ten >= about) ?? 10);
}

function barsOfLine(line, spans, order, across) {
  const row = new Map(order.map(([at], number) => [at, number]));
  const middle = (at) => WIDE.top + row.get(at) * WIDE.row + WIDE.row / 2;
  return order.flatMap(([at, deep]) => {
    const span = spans[at];
    const left = span.print ? ' left' : '';
    const [x, y] = [across(span.begun), middle(at)];
    const indent = 8 + Math.min(deep, 8) * 12;
    const shown = s('text', { x: indent, y: y + 4, class: `name${left}` }, cut(span.name, Math.floor((WIDE.label - indent - 8) / 6.6)));
    const wide = span.until === null ? 0 : Math.max(2, across(span.until) - x);
    const bar = span.until === null ? s('circle', { cx: x, cy: y, r: 3.5, class: 'dot' }) : s('rect', { x, y: y - 6, width: wide, height: 12, rx: 3, class: `bar${left}` });
    bar.append(s('title', {}, toldOf(span)));
    const from = span.parent !== null && row.has(span.parent) ? [s('path', { d: `M${x} ${middle(span.parent) + 6}V${y - 6}`, class: 'made' })] : [];
    return [...from, shown, bar];
  });
}

function toldOf(span) {
  const end = span.until === null ? '' : ` to ${took(span.until)}`;
  return [span.name, `from ${took(span.begun)}${end}`, span.end, span.site?.place].filter(Boolean).join(', ');
}

function drawnLine(line, spans, order, name) {
  const across = (us) => WIDE.label + (WIDE.bars * us) / Math.max(1, line.lasted);
  const tall = WIDE.top + order.length * WIDE.row + 8;
  const wide = WIDE.label + WIDE.bars + 14;
  const marks = [];
  for (let us = 0; us <= line.lasted; us += markStep(line.lasted)) {
    marks.push(s('path', { d: `M${across(us)} ${WIDE.top - 6}V${tall}`, class: 'mark' }), s('text', { x: across(us), y: 12, 'text-anchor': us ? 'middle' : 'start', class: 'title' }, took(us)));
  }
  const body = line.body ? [s('rect', { x: across(line.body[0]), y: WIDE.top - 6, width: Math.max(1, across(line.body[1]) - across(line.body[0])), height: tall, class: 'body' })] : [];
  const left = spans.filter((span) => span.print).length;
  const label = `Time line of ${name}: ${several(spans.length, 'thing', 'things')} in ${took(line.lasted)}, ${left} left behind`;
  const svg = s('svg', { width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}`, role: 'img', 'aria-label': label }, body, marks, barsOfLine(line, spans, order, across));
  Object.assign(svg.style, { width: '100%', height: 'auto', maxWidth: `${wide}px`, minWidth: `${0.72 * wide}px` });
  return svg;
}

function tableOfLine(spans, order) {
  const heads = ['What', 'Began', 'Ended', 'Of its end', 'Made at'].map((head) => h('th', { scope: 'col' }, head));
  const line = ([at]) => {
    const span = spans[at];
    const name = span.print ? h('a', { href: `#${span.print}` }, span.name) : span.name;
    return h('tr', {}, [name, took(span.begun), span.until === null ? '' : took(span.until), span.end, span.site?.place ?? ''].map((cell) => h('td', {}, cell)));
  };
  return h('table', { class: 'runs' }, h('thead', {}, h('tr', {}, heads)), h('tbody', {}, order.map(line)));
}

function timeLine(line, name) {
  const spans = line.spans.map(spanOf);
  const order = inOrder(spans);
  const notes = [line.body ? 'The shade is the body of the test, and red is left behind. ' : 'Red is left behind. '];
  if (order.length > ROWS) notes.push(`The first ${ROWS} are drawn. `);
  notes.push(...line.notes.map((note) => `${note}. `));
  const table = lazy('As a table', () => h('div', { class: 'wide', tabindex: '0', role: 'group', 'aria-label': 'Table' }, tableOfLine(spans, order)));
  return h('figure', { class: 'graph line' }, h('div', { tabindex: '0', role: 'group', 'aria-label': 'Time line' }, drawnLine(line, spans, order.slice(0, ROWS), name)), h('figcaption', {}, notes, table));
}

// A tree of things, those that are alike on one line.
function treeOfLine(line) {
  const root = { words: 'the body', below: new Map() };
  const nodes = [];
  line.spans.map(spanOf).forEach((span, at) => {
    const above = span.parent === null ? root : nodes[span.parent];
    const kind = span.name.replace(/ \d+(?= |$)/, '');
    nodes[at] = under(above, [kind, span.site?.place, span.print].join('\n'), { words: kind, site: span.site, print: span.print });
  });
  return root;
}

// The same from the stacks that made what was left, of all findings of the test.
function treeOfStacks(finding) {
  const root = { words: 'the test', below: new Map() };
  for (const other of data.findings) {
    if (other.test !== finding.test || other.suite !== finding.suite) continue;
    const made = frameAt(other.made);
    const way = stackAt(other.by).filter((frame) => frame.isNear && !RELEASED.test(frame.place)).toReversed();
    let above = root;
    for (const frame of made ? [...way, made] : way) above = under(above, `${frame.place} ${frame.name}`, { words: frame.name, site: frame });
    const words = [textAt(other.title), textAt(other.name)].filter(Boolean).join(' ');
    under(above, textAt(other.fingerprint), { words, print: textAt(other.fingerprint) });
  }
  return root;
}

function under(above, key, node) {
  const known = above.below.get(key) ?? { ...node, count: 0, below: new Map() };
  known.count += 1;
  above.below.set(key, known);
  return known;
}

function branch(node, left) {
  if (left.rows <= 0) return null;
  left.rows -= 1;
  // Of frames that lead somewhere it tells nothing how many things did.
  const many = node.count > 1 && node.print !== undefined ? ` ×${node.count}` : '';
  const words = h('span', { class: 'mono' }, node.words, many);
  const name = node.print ? h('a', { href: `#${node.print}` }, words) : words;
  const site = node.site ? h('span', { class: 'facts' }, ` ${node.site.place}`) : null;
  const below = [...node.below.values()].map((next) => branch(next, left)).filter(Boolean);
  return h('li', {}, name, site, node.print ? [' ', h('span', { class: 'badge new' }, 'left')] : null, below.length ? h('ul', {}, below) : null);
}

function treeOf(finding) {
  const line = lineOf(finding);
  const root = line ? treeOfLine(line) : treeOfStacks(finding);
  const left = { rows: 200 };
  const tree = h('ul', { class: 'tree' }, branch({ ...root, count: 1 }, left));
  return left.rows > 0 ? tree : h('div', {}, tree, h('p', { class: 'note' }, 'More is left out.'));
}

// Both of a test that has this finding, to be shown at once or when they are opened.
function timesOf(at, isOpen) {
  const finding = data.findings[at];
  const [line, name] = [lineOf(finding), textAt(finding.test)];
  const shown = (title, of, make) => (isOpen ? part([`${title} ${of} `, asWritten(name)], make()) : lazy(title, () => h('div', { class: 'inner' }, make())));
  return [line ? shown('Time line', 'of', () => timeLine(line, name)) : null, shown('What made what', 'in', () => treeOf(finding))];
}
