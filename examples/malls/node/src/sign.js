// The sign of a request: the MD5 of its sorted, non-empty parameters as compact JSON.
// This mall reads the pages of the GET operations to the letter: query and body are signed, the path is not.
import { createHash } from 'node:crypto';

export function signContent(parameters, bugs) {
  const kept = {};
  for (const name of Object.keys(parameters).sort()) {
    const value = parameters[name];
    if (name === 'sign' || value === null || value === undefined) continue;
    if (value === '' && !bugs.has('signs-empty')) continue;
    kept[name] = value;
  }
  return JSON.stringify(kept);
}

export function sign(parameters, bugs) {
  const encoding = bugs.has('latin1-sign') ? 'latin1' : 'utf8';
  return createHash('md5').update(Buffer.from(signContent(parameters, bugs), encoding)).digest('hex');
}
