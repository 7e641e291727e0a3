// All that is known of one cause.

function whyOf(why) {
  const { about, page } = data.patterns[why.pattern] ?? { about: '', page: [] };
  const help = textAt(why.help);
  const words = textAt(why.text) || about;
  const blocks = () =>
    h('div', {}, page.map((block) => ('code' in block ? h('pre', { tabindex: '0' }, block.code) : h('p', {}, prose(block.text.replaceAll('**', ''))))));
  return h(
    'div',
    { class: 'why' },
    h('p', {}, h('span', { class: 'name' }, why.pattern), why.certain ? null : 'probably: ', prose(words)),
    help ? h('div', { class: 'cure' }, h('p', {}, prose(help)), copyButton('cure', help)) : null,
    page.length ? h('div', { class: 'about' }, lazy('About this mistake', blocks)) : null,
  );
}

function look(title, frame) {
  if (!frame) return null;
  return h('div', {}, h('h4', {}, title), place(frame), excerpt(frame));
}

function looksOf(cause) {
  const [made, waits] = [frameAt(cause.made), frameAt(cause.look)];
  const isOne = !made || !waits || made.at === waits.at;
  const shown = isOne ? [look(made ? 'Made here' : 'Waits here', made ?? waits)] : [look('Waits here', waits), look('Made here', made)];
  return shown.some(Boolean) ? part('Where to look', h('div', { class: 'looks' }, shown)) : null;
}

// What one test left, with all its stacks.
function findingOf(at) {
  const finding = data.findings[at];
  const said = (finding.said ?? []).map(([isDetail, text, to]) => {
    const frame = frameAt(to);
    return h('li', { class: isDetail ? 'is-detail' : null }, prose(textAt(text)), frame ? [' ', place(frame)] : null);
  });
  const made = frameAt(finding.made);
  return h(
    'div',
    { class: 'finding' },
    finding.facts ? h('ul', { class: 'facts' }, finding.facts.map((fact) => h('li', {}, textAt(fact)))) : null,
    said.length ? h('ul', { class: 'said' }, said) : null,
    stack('Made', made ? [made] : []),
    stack('Through dependencies', stackAt(finding.through)),
    stack('Created by', stackAt(finding.by)),
    stack('Where it waits', stackAt(finding.chain)),
  );
}

function followsOf(cause, opened) {
  if (cause.follows.length === 0) return null;
  const line = (follow) => {
    const made = frameAt(follow.made);
    const because = textAt(follow.because);
    const title = h('span', {}, h('b', {}, follow.title), made ? [', made at ', place(made)] : null, because ? h('span', { class: 'why-it' }, prose(because)) : null);
    const list = () => testsOf(follow.findings, opened);
    return h('li', {}, lazy(title, () => h('div', { class: 'inner' }, list()), follow.findings.includes(opened)));
  };
  return part('What follows, and ends with it', some(cause.follows, 50, line, h('ul', { class: 'lines' })));
}

function testsOf(findings, opened) {
  // A name that all of them have tells nothing.
  const areAlike = findings.every((at) => data.findings[at].name === data.findings[findings[0]].name);
  const line = (at) => {
    const finding = data.findings[at];
    const runs = data.totals.runs > 1 ? `, in ${finding.runs} of ${data.totals.runs} runs` : '';
    const name = areAlike ? '' : textAt(finding.name);
    const title = h('span', {}, h('b', {}, textAt(finding.title)), ' in ', h('span', { class: 'mono' }, textAt(finding.test)), ` (${textAt(finding.suite)})${runs}`, name ? h('span', { class: 'why-it mono' }, name) : null);
    const isOpen = at === opened;
    return h('li', { id: isOpen ? 'opened' : null }, lazy(title, () => h('div', { class: 'inner' }, h('p', {}, 'The test: ', place(frameAt(finding.at))), findingOf(at), timesOf(at, false)), isOpen));
  };
  const order = findings.includes(opened) ? [opened, ...findings.filter((at) => at !== opened)] : findings;
  return some(order, 50, line, h('ul', { class: 'lines' }));
}

function ruleOf(cause) {
  if (!cause.rule) return null;
  const { toml, options } = cause.rule;
  const paste = (what, text) => h('div', { class: 'paste' }, h('pre', { tabindex: '0' }, text), copyButton(what, text));
  return part('To accept it', h('p', { class: 'note' }, 'In leakcheck.toml, or on the Options of one test:'), paste('rule', toml), paste('option', options));
}

function detailOf(at, opened = null) {
  const cause = data.causes[at];
  const print = textAt(cause.fingerprint);
  const made = frameAt(cause.made ?? cause.look);
  const first = cause.findings[0];
  const link = () => `${location.href.split('#')[0]}#${print}`;
  return [
    h('div', { class: 'head' }, h('h2', {}, `${cause.title} in ${several(cause.tests, 'test', 'tests')}`), badge(cause), h('div', { class: 'acts' }, copyButton('link to this cause', link(), 'Copy link'), copyButton('command', `cargo leakcheck explain ${print}`, 'Copy command'))),
    h('p', { class: 'sub' }, made ? [h('code', {}, made.name), ' at ', h('code', {}, made.place), ' · '] : null, h('code', {}, print)),
    cause.seen ? h('p', { class: 'sub' }, cause.seen) : null,
    cause.since ? h('p', { class: 'sub' }, prose(cause.since[1])) : null,
    cause.panic !== undefined ? h('p', { class: 'why' }, 'Panicked unseen: ', textAt(cause.panic)) : null,
    cause.release ? h('p', { class: 'why' }, cause.release) : null,
    cause.whys.map(whyOf),
    looksOf(cause),
    cause.graph ? part('Who waits for whom', graphOf(cause.graph)) : null,
    followsOf(cause, opened),
    first === undefined ? null : timesOf(first, true),
    first === undefined ? null : part(['All stacks, in ', asWritten(textAt(data.findings[first].test))], findingOf(first)),
    part(several(cause.tests, 'test has it', 'tests have it'), testsOf(cause.findings, opened)),
    ruleOf(cause),
  ].flat().filter(Boolean);
}
