// Recomputes every vector beside this file and names each that differs. Node 18+, nothing to install.
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'

const need = (ok, reason) => { if (!ok) throw new Error(reason) }
const attempt = (work, reason) => { try { return work() } catch { throw new Error(reason) } }
const unique = pairs => { need(new Map(pairs).size === pairs.length, 'repeated parameter'); return pairs }
const byName = pairs => [...pairs].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
const written = pairs => '{' + pairs.map(([name, value]) => JSON.stringify(name) + ':' + value).join() + '}'
const wellFormed = text => { need(!/\p{Surrogate}/u.test(text), 'lone surrogate'); return text }
// JSON.parse checks a body, but loses number texts, repeated names and the order of members: those are read from its tokens.
function bodyParameters(raw) {
  const body = attempt(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw), 'not valid UTF-8')
  attempt(() => need(body.trim().startsWith('{') && JSON.parse(body)), 'not one JSON object')
  const found = body.match(/"(?:[^"\\]|\\.)*"|[{}[\]]|[^\s{}[\]",:]+/g) // commas and colons tell nothing more
  const tokens = found.map(token => token.startsWith('"') ? JSON.stringify(wellFormed(JSON.parse(token))) : token)
  return members(tokens.slice(1))
}
const members = tokens => unique(until('}', tokens, () => [JSON.parse(tokens.shift()), value(tokens)]))
function until(close, tokens, item) {
  const items = []
  while (tokens[0] !== close) items.push(item(tokens))
  return tokens.shift() && items
}
function value(tokens) { // takes one value off tokens and writes it as it is signed
  const token = tokens.shift()
  if (token === '[') return '[' + until(']', tokens, value).join() + ']'
  return token === '{' ? written(members(tokens)) : token
}

function request({ path, query, template, parts }, raw) {
  need(!/%(?![0-9A-Fa-f]{2})/.test(path + '?' + query), 'malformed percent-encoding')
  const [, ...segments] = attempt(() => [query, ...path.split('/')].map(decodeURIComponent), 'not valid UTF-8')
  const inPath = template.split('/').flatMap((name, i) => name.startsWith('{') ? [[name.slice(1, -1), segments[i]]] : [])
  const quoted = pairs => pairs.map(([name, text]) => [name, JSON.stringify(text)])
  const found = { query: quoted([...new URLSearchParams(query)]), path: quoted(inPath), body: raw.length ? bodyParameters(raw) : [] }
  const signed = unique(parts.flatMap(part => found[part])).filter(([name, value]) => name !== 'sign' && !/^(""|null)$/.test(value))
  const content = written(byName(signed))
  return [content, createHash('md5').update(content).digest('hex')]
}
function push({ sign, headers, keys, join, encoding }, raw) {
  const key = sign.split('/')[0], algo = headers['x-lf-algo'], timestamp = headers['x-lf-timestamp']
  need(algo === 'HMAC-SHA1' && Object.hasOwn(keys, key), 'unknown key or algorithm')
  const texts = { body: written(byName(bodyParameters(raw))), version: headers['x-lf-notification-version'], algo, timestamp }
  const content = join.replace(/\{(\w+)\}/g, (_, name) => texts[name])
  return [content, key + '/' + createHmac('sha1', Buffer.from(keys[key], 'hex')).update(content).digest(encoding)]
}
const outcome = work => { try { return work() } catch (error) { return ['', error.message] } }
const problems = Object.entries({ 'request.json': request, 'push.json': push }).flatMap(([name, recompute]) => {
  const { defaults, vectors } = JSON.parse(readFileSync(new URL(name, import.meta.url)))
  return vectors.map(own => ({ ...defaults, ...own })).map(vector => {
    const [content, sign] = outcome(() => recompute(vector, Buffer.from(vector.bodyHex || vector.body, vector.bodyHex ? 'hex' : 'utf8')))
    const right = content === vector.content && (sign === (vector.error || vector.sign)) === vector.verifies
    return right ? '' : `${name}: ${vector.name}: content is ${content}, sign is ${sign}`
  })
})
problems.filter(Boolean).forEach(problem => console.log(problem))
console.log(`${problems.filter(problem => !problem).length} of ${problems.length} vectors passed`)
process.exit(problems.some(Boolean) || problems.length === 0 ? 1 : 0)
