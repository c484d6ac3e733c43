// The live page. Whatever comes from a request is shown by textContent, never as markup.
'use strict';

const byId = id => document.getElementById(id);
const token = document.querySelector('meta[name=token]').content;
const mostRows = 1000;
const list = byId('list');
const rows = new Map(); // id -> {entry, item}
let waiting = []; // entries that came during a pause
let paused = false;
let settled = false; // once the requests of before the page are shown

// Control and bidirectional characters are written out, so that nothing hides or moves text.
const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const visible = text => String(text).replace(hidden, c => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = visible(text);
  return element;
}

function words(entry) {
  if (entry.disagreement && !entry.mistakes.length) return entry.disagreement;
  if (!entry.mistakes.length) return entry.problem || entry.flow;
  const more = entry.mistakes.length - 1;
  return entry.mistakes[0].summary + (more ? ` (and ${more} more)` : '');
}

function answered(entry) {
  if (!entry.status) return 'no answer';
  return 'HTTP ' + entry.status + (entry.code ? ' ' + entry.code : '');
}

function row(id, entry) {
  const item = make('li', entry.verdict);
  item.id = 'request-' + id;
  const details = make('details');
  const summary = make('summary');
  summary.append(
    make('span', 'time', '#' + id + ' ' + entry.at.slice(11, 19)),
    make('span', 'badge', entry.verdict),
    make('span', 'op', entry.operation || entry.method + ' ' + entry.path),
    make('span', 'words', words(entry)),
    make('span', 'answered' + (entry.refused ? ' refused' : ''), answered(entry)),
  );
  details.append(summary);
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1) details.append(inner(entry));
  });
  item.append(details);
  return item;
}

function inner(entry) {
  const box = make('div', 'inner');
  for (const mistake of entry.mistakes) box.append(what(mistake));
  if (entry.disagreement) box.append(make('p', 'what', entry.disagreement));
  if (entry.flow) box.append(field('Flow', entry.flow));
  if (entry.signed) box.append(...signed(entry.signed));
  box.append(make('h4', '', `Request to ${entry.service || 'no service'}`), wire(`${entry.method} ${entry.path}`, entry.request));
  box.append(make('h4', '', `Answer after ${entry.took} ms`));
  box.append(entry.response ? wire(answered(entry), entry.response) : make('p', 'dim', entry.problem || 'none'));
  const line = make('div', 'line');
  const copy = make('button', '', 'Copy');
  const curl = make('pre', 'curl', entry.curl);
  copy.addEventListener('click', () => navigator.clipboard.writeText(entry.curl).then(() => { copy.textContent = 'Copied'; }, () => {
    getSelection().selectAllChildren(curl);
    copy.textContent = 'Selected';
  }));
  line.append(make('h4', '', 'The same with curl'), copy);
  box.append(line, curl);
  return box;
}

function field(name, value) {
  const p = make('p');
  p.append(make('span', 'dim', name + ': '), make('span', '', value));
  return p;
}

function what(mistake) {
  const box = make('div', 'what');
  box.append(make('h3', '', mistake.summary));
  if (mistake.part) box.append(field('In', mistake.part));
  if (mistake.expected) box.append(field('Expected', mistake.expected));
  if (mistake.actual) box.append(field('Actual', mistake.actual));
  box.append(field(mistake.check, mistake.requirement + (mistake.grade ? ` (${mistake.grade}${mistake.source ? ', ' + mistake.source : ''})` : '')));
  return box;
}

function wire(first, message) {
  const pre = make('pre');
  pre.append(make('b', '', first), '\n');
  for (const h of message.header || []) pre.append(make('span', 'head', `${h.name}: ${h.value}`), '\n');
  if (message.body) pre.append('\n', visible(message.body));
  if (message.cut) pre.append('\n', make('i', 'dim', `${message.cut} more bytes are not shown`));
  return pre;
}

// Content and sign side by side. The first difference is marked, and what follows it.
function signed(s) {
  if (s.right) return [make('h4', '', 'The sign is right'), make('pre', '', s.same), field('MD5', s.want)];
  const sides = make('div', 'sides');
  const side = (title, name, rest, sign) => {
    const box = make('div');
    const pre = make('pre', name);
    pre.append(make('span', '', s.same));
    if (rest) pre.append(make('mark', name, [...rest][0]), make('span', '', [...rest].slice(1).join('')));
    box.append(make('h4', '', title), pre, field('MD5', sign));
    return box;
  };
  sides.append(side('What the rules sign', 'should', s.should, s.want));
  if (s.known) {
    sides.append(side('What was signed', 'was', s.was, s.sent));
  } else {
    const box = make('div');
    box.append(make('h4', '', 'What was signed'), make('pre', 'was', s.sent ? 'nothing that is known has this sign' : 'nothing'), field('Sign', s.sent || 'none'));
    sides.append(box);
  }
  return [make('h4', '', s.sent ? 'The sign is wrong' : 'The sign is missing'), sides];
}

function matches(entry) {
  const verdict = byId('verdict').value;
  if (verdict === 'mistake' && entry.verdict === 'right') return false;
  if (verdict === 'right' && entry.verdict !== 'right') return false;
  if (verdict === 'refused' && !entry.refused) return false;
  const text = byId('text').value.trim().toLowerCase();
  if (!text) return true;
  return entry.search.includes(text);
}

function filter() {
  for (const { entry, item } of rows.values()) item.hidden = !matches(entry);
  count();
}

function count() {
  let shown = 0;
  for (const { item } of rows.values()) if (!item.hidden) shown++;
  byId('shown').textContent = `${shown} of ${rows.size}` + (paused ? `, paused: ${waiting.length} new` : '');
  byId('empty').hidden = rows.size > 0;
}

function add(id, entry) {
  if (rows.has(id)) return;
  const said = entry.mistakes.map(m => m.check + ' ' + m.summary).join(' ');
  entry.search = visible([entry.operation, entry.method, entry.path, entry.flow, said, entry.request.body, entry.response ? entry.response.body : '',
    '#' + id, answered(entry)].join('\n')).toLowerCase();
  const item = row(id, entry);
  item.hidden = !matches(entry);
  if (settled) item.classList.add('fresh');
  rows.set(id, { entry, item });
  list.prepend(item);
  if (rows.size > mostRows) {
    const [oldest, { item: gone }] = rows.entries().next().value;
    gone.remove();
    rows.delete(oldest);
  }
}

function summarize(s) {
  const bad = s.requests - s.right;
  document.querySelector('header').className = s.requests ? (bad || s.mistakes.some(m => m.times) ? 'mistake' : 'right') : '';
  byId('totals').textContent = s.requests === 0 ? '' :
    `${s.requests} ${s.requests === 1 ? 'request' : 'requests'}, ${bad || 'none'} with mistakes` + (s.leftOut ? `; the first ${s.leftOut} are not kept any more` : '');
  byId('flows').replaceChildren(...Object.entries(s.flows || {}).filter(([, n]) => n).map(([name, n]) => make('li', '', `${name}: ${n}`)));
  byId('mistakes').replaceChildren(...s.mistakes.map(m => {
    const item = make('li', m.times ? '' : 'later');
    const button = make('button');
    button.append(make('b', '', m.summary), ' ', make('span', 'dim', `${m.check}, ${m.times > 1 ? m.times + ' times' : m.times ? 'once' : 'so far'}`));
    button.title = visible(m.requirement);
    button.addEventListener('click', () => {
      byId('text').value = m.times ? m.check : '';
      filter();
      list.scrollIntoView({ block: 'start' });
    });
    item.append(button);
    return item;
  }));
}

function forget() {
  rows.clear();
  waiting = [];
  list.replaceChildren();
  count();
}

const events = new EventSource('events');
events.addEventListener('open', () => state('live', 'on'));
events.addEventListener('error', () => state('not connected: the server has ended or is starting again', 'off'));
events.addEventListener('request', e => {
  const entry = JSON.parse(e.data);
  if (paused) waiting.push([e.lastEventId, entry]);
  else add(e.lastEventId, entry);
  count();
});
events.addEventListener('summary', e => {
  summarize(JSON.parse(e.data));
  setTimeout(() => { settled = true; }, 500);
});
events.addEventListener('clear', forget);

function state(text, className) {
  byId('state').textContent = text;
  byId('state').className = className;
}

function pause(on) {
  paused = on;
  byId('pause').setAttribute('aria-pressed', String(on));
  byId('pause').textContent = on ? 'Go on' : 'Pause';
  if (!on) {
    for (const [id, entry] of waiting) add(id, entry);
    waiting = [];
  }
  count();
}

async function post(path, body) {
  const response = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Mallcheck-Token': token }, body: JSON.stringify(body) });
  return { ok: response.ok, text: await response.text() };
}

function say(text) { byId('said').textContent = visible(text); }

async function steer(form) {
  if (form.dataset.sure && !confirm(form.dataset.sure)) return;
  const action = form.dataset.action;
  let answer;
  try {
    answer = await post('control/' + action, Object.fromEntries(new FormData(form)));
  } catch {
    say('The server does not answer.');
    return;
  }
  let told = answer.text;
  try {
    const parsed = JSON.parse(answer.text);
    told = parsed.operateCode === 'S' ? 'Done: ' + JSON.stringify(parsed.data) : 'Refused: ' + parsed.message;
  } catch { /* it is plain text */ }
  say(told);
  if (answer.ok && action === 'push') for (const wait of [200, 1500]) setTimeout(pushes, wait);
}

async function pushes() {
  try {
    const { data } = await (await fetch('pushes')).json();
    const last = data.pushes[data.pushes.length - 1];
    if (!last) return;
    const attempt = last.attempts[last.attempts.length - 1];
    say(`Push for order ${last.orderNo}: ${last.state}` + (attempt ? `, attempt ${last.attempts.length}: ` + (attempt.error || 'HTTP ' + attempt.status) : ''));
  } catch { /* the server has gone, and the state says so */ }
}

for (const form of document.querySelectorAll('form[data-action]')) {
  form.addEventListener('submit', e => {
    e.preventDefault();
    steer(form);
  });
}
byId('pause').addEventListener('click', () => pause(!paused));
byId('clear').addEventListener('click', async () => {
  const answer = await post('clear', {});
  if (!answer.ok) say(answer.text); // otherwise the stream tells every open page
});
byId('text').addEventListener('input', filter);
byId('verdict').addEventListener('change', filter);

// Keys: those of many live pages. They do nothing while something is typed.
function move(by) {
  const all = [...list.querySelectorAll('li:not([hidden]) > details > summary')];
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

document.addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key === 'Escape') {
    byId('text').value = '';
    byId('verdict').value = '';
    document.activeElement.blur();
    filter();
    return;
  }
  if (e.target.matches('input, select, textarea')) return;
  const keys = {
    '/': () => byId('text').focus(), 'j': () => move(1), 'k': () => move(-1), 'p': () => pause(!paused),
    'm': () => { byId('verdict').value = byId('verdict').value ? '' : 'mistake'; filter(); },
  };
  if (keys[e.key]) {
    e.preventDefault();
    keys[e.key]();
  }
});
count();
