// The graph of who waits for whom: laid out in ranks from left to right, with edges that lead back below.

const SVG = 'http://www.w3.org/2000/svg';
const LETTER = 7.3;
const BOX = 42;
const GAP = { across: 104, down: 22 };
const THINGS = new Set(['channel', 'lock', 'timer', 'handle', 'event']);

function s(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat());
  return element;
}

const cut = (text, most) => (text.length > most ? `…${text.slice(1 - most)}` : text);
const cutEnd = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

// In words, which is what a screen reader is told.
function sentences(graph) {
  const name = (node) => [textAt(node.title), textAt(node.name)].filter(Boolean).join(' ');
  return graph.edges.map((edge) => {
    const label = textAt(edge.label);
    const words = [name(graph.nodes[edge.from]), edge.kind, name(graph.nodes[edge.to])].join(' ');
    return `${words}${label ? ` (${label})` : ''}${edge.certain ? '' : ', perhaps'}${edge.cycle ? ', in a cycle' : ''}`;
  });
}

// A rank for each node, so that edges lead to the right but for those that close a circle.
function ranked(graph) {
  const next = graph.nodes.map(() => []);
  for (const edge of graph.edges) if (edge.from !== edge.to) next[edge.from].push(edge);
  const state = graph.nodes.map(() => 0);
  const order = [];
  const visit = (at) => {
    state[at] = 1;
    for (const edge of next[at]) {
      edge.back = state[edge.to] === 1;
      if (state[edge.to] === 0) visit(edge.to);
    }
    state[at] = 2;
    order.unshift(at);
  };
  const entered = new Set(graph.edges.map((edge) => edge.to));
  const starts = graph.nodes.map((_, at) => at).sort((a, b) => entered.has(a) - entered.has(b) || a - b);
  for (const at of starts) if (state[at] === 0) visit(at);
  const rank = graph.nodes.map(() => 0);
  for (const at of order) {
    for (const edge of next[at]) if (!edge.back) rank[edge.to] = Math.max(rank[edge.to], rank[at] + 1);
  }
  return rank;
}

// Nodes of each rank, those that are tied to each other side by side.
function columns(graph, rank) {
  const columns = [];
  rank.forEach((of, at) => (columns[of] ??= []).push(at));
  const row = [];
  const settle = () => columns.forEach((column) => column.forEach((at, number) => (row[at] = number - (column.length - 1) / 2)));
  settle();
  for (let round = 0; round < 4; round += 1) {
    for (const column of columns) {
      const wish = new Map(column.map((at) => {
        const tied = graph.edges.filter((edge) => edge.from === at || edge.to === at).map((edge) => edge.from + edge.to - at);
        const others = tied.filter((other) => other !== at);
        return [at, others.length ? others.reduce((sum, other) => sum + row[other], 0) / others.length : row[at]];
      }));
      column.sort((a, b) => wish.get(a) - wish.get(b) || a - b);
    }
    settle();
  }
  return columns;
}

function boxes(graph) {
  const laid = columns(graph, ranked(graph));
  const texts = graph.nodes.map((node) => {
    const frame = frameAt(node.at);
    const title = [textAt(node.title), frame?.place && cut(frame.place, 26)].filter(Boolean).join('  ');
    const name = THINGS.has(node.kind) ? cutEnd(textAt(node.name), 30) : cut(textAt(node.name).split('::').slice(-2).join('::'), 30);
    return { title, name };
  });
  const width = texts.map(({ title, name }) => 24 + Math.max(name.length * LETTER, title.length * 6.1, 56));
  const tallest = Math.max(...laid.map((column) => column.length));
  const all = [];
  let x = 12;
  for (const column of laid) {
    const widest = Math.max(...column.map((at) => width[at]));
    const top = 14 + ((tallest - column.length) * (BOX + GAP.down)) / 2;
    column.forEach((at, number) => {
      all[at] = { ...texts[at], x: x + (widest - width[at]) / 2, y: top + number * (BOX + GAP.down), width: width[at] };
    });
    x += widest + GAP.across;
  }
  return { all, width: x - GAP.across + 12, height: 14 + tallest * (BOX + GAP.down) };
}

function edgeOf(edge, all, below) {
  const [from, to] = [all[edge.from], all[edge.to]];
  const style = [edge.cycle && 'cycle', edge.kind === 'follows from' && 'follows', !edge.certain && 'unsure'];
  const styled = style.filter(Boolean).join(' ');
  let line;
  let tip;
  let label;
  if (edge.back || edge.from === edge.to || from.x > to.x) {
    const [x1, x2] = [from.x + from.width / 2, to.x + to.width / 2];
    const bend = 18;
    line = `M${x1} ${from.y + BOX}C${x1} ${below + bend} ${x1} ${below} ${(x1 + x2) / 2} ${below}S${x2} ${below + bend} ${x2} ${to.y + BOX + 8}`;
    tip = `M${x2} ${to.y + BOX + 1}l-4 8h8z`;
    label = [(x1 + x2) / 2, below + 4];
  } else {
    const [x1, y1] = [from.x + from.width, from.y + BOX / 2];
    const [x2, y2] = [to.x - 8, to.y + BOX / 2];
    const bend = Math.max(30, (x2 - x1) / 2);
    line = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    tip = `M${to.x - 1} ${y2}l-8 -4v8z`;
    label = [(x1 + x2) / 2, (y1 + y2) / 2 - 5];
  }
  const local = edge.kind === 'follows from' ? '' : textAt(edge.label);
  const words = local ? `${edge.kind.replace(' by', '')} in \`${local}\`` : edge.kind;
  const shown = cutEnd(words, edge.back ? 40 : 17);
  return [
    s('path', { d: line, class: styled }),
    s('path', { d: tip, class: `tip ${edge.cycle ? 'cycle' : ''}` }),
    s('text', { x: label[0], y: label[1], 'text-anchor': 'middle', class: `label ${edge.cycle ? 'cycle' : ''}` }, shown),
  ];
}

function nodeOf(node, box, isInCycle) {
  const style = ['node', node.own && 'own', isInCycle && 'cycle', THINGS.has(node.kind) && 'thing'].filter(Boolean).join(' ');
  const full = [textAt(node.title), textAt(node.name), frameAt(node.at)?.place].filter(Boolean).join(', ');
  const drawn = [
    s('title', {}, full),
    s('rect', { x: box.x, y: box.y, width: box.width, height: BOX, rx: node.kind === 'lock' ? 2 : 7, class: 'box' }),
    s('text', { x: box.x + 12, y: box.y + 16, class: 'title' }, box.title),
    s('text', { x: box.x + 12, y: box.y + 32, class: 'name' }, box.name),
  ];
  const print = textAt(node.fingerprint);
  if (!print || node.own) return s('g', { class: style }, drawn);
  return s('a', { href: `#${print}`, class: style }, drawn);
}

function graphOf(graph) {
  const { all, width, height } = boxes(graph);
  const back = graph.edges.filter((edge) => edge.back || edge.from === edge.to || all[edge.from].x > all[edge.to].x);
  const inCycle = new Set(graph.edges.filter((edge) => edge.cycle).flatMap((edge) => [edge.from, edge.to]));
  const tall = height + back.length * 24 + (back.length ? 18 : 0);
  const edges = graph.edges.flatMap((edge) => edgeOf(edge, all, height + 10 + 24 * Math.max(0, back.indexOf(edge))));
  const nodes = graph.nodes.map((node, at) => nodeOf(node, all[at], inCycle.has(at)));
  const told = sentences(graph);
  const svg = s('svg', { width, height: tall, viewBox: `0 0 ${width} ${tall}`, role: 'group', 'aria-label': told.join('. ') }, edges, nodes);
  // Wide ones shrink, as far as they can be read.
  Object.assign(svg.style, { width: '100%', height: 'auto', maxWidth: `${width}px`, minWidth: `${0.72 * width}px` });
  const notes = [];
  if (inCycle.size) notes.push(h('b', {}, 'Red is a cycle. '));
  if (graph.edges.some((edge) => !edge.certain)) notes.push('Dots are likely, not certain. ');
  if (graph.leftOut) notes.push(`${several(graph.leftOut, 'more node is', 'more nodes are')} left out. `);
  const words = lazy('In words', () => h('ul', {}, told.map((line) => h('li', {}, line))));
  return h('figure', { class: 'graph' }, h('div', { tabindex: '0', role: 'group', 'aria-label': 'Graph' }, svg), h('figcaption', {}, notes, words));
}
